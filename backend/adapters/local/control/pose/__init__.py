"""Poses of people as OpenPose draws them, by DWPose's two networks in OpenCV.

May import: domain, threads.
"""

from backend.adapters.local.control.pose.finder import PoseFinder, nobody

__all__ = ["PoseFinder", "nobody"]

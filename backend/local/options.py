"""What is this machine's alone: which detector makes a control picture."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from backend.capabilities import Options
from backend.request_parts import Preprocess


class LocalOptions(Options):
    """The detectors; a detector's size and licence are told where it is fetched, beside the backend switch."""

    depth_detector: Literal["Depth Anything V2 Small", "ZoeDepth"] = Field(
        "Depth Anything V2 Small",
        title="Depth maps by",
        description="ZoeDepth (1.4 GB) is what the ControlNet was trained with; on a CPU it takes minutes.",
    )
    pose_detector: Literal["DWPose", "OpenPose"] = Field(
        "DWPose",
        title="Poses by",
        description="OpenPose (510 MB) may be used for non-commercial research only.",
    )

    def detector(self, preprocess: Preprocess) -> str | None:
        """Return the chosen detector by the name of its extra, or None where edges or the picture itself are meant."""
        chosen = {"depth": self.depth_detector, "pose": self.pose_detector}
        return _EXTRAS[chosen[preprocess]] if preprocess in chosen else None


_EXTRAS: Mapping[str, str] = {
    "Depth Anything V2 Small": "depth",
    "ZoeDepth": "zoe",
    "DWPose": "pose",
    "OpenPose": "openpose",
}
DETECTORS: Mapping[Preprocess, tuple[str, ...]] = {"depth": ("depth", "zoe"), "pose": ("pose", "openpose")}
"""The extras that can make each kind of control picture, the default first."""

"""Image files by their content, in a folder or a bucket, and how much of a disk they may fill.

May import: domain.
"""

"""Preprocessors of control pictures by the names of other tools, as the kinds that there are here."""

from typing import get_args

from backend.domain.parts import Preprocess


def preprocess_of(module: str) -> Preprocess | None:
    """Return what a preprocessor makes of a picture, or None for a kind that isn't known here.

    sd-webui-controlnet has many of one kind: `depth_midas` and `depth_anything_v2`, `openpose_full` and
    `dw_openpose_full`.
    """
    name = module.strip().casefold() or "none"
    return next((kind for kind in get_args(Preprocess) if kind in name), None)

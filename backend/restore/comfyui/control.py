"""A picture that guides a graph's pass: which kind, how strongly, and from where to where."""

from collections.abc import Mapping
from typing import Any

from backend.restore.comfyui.values import Values
from backend.restore.comfyui.walk import Node, Walk, kind_of
from backend.restore.found import Found

_APPLIES = ("ControlNetApply", "FunControlnet", "DiffsynthControlnet")
_THRESHOLDS = ("low_threshold", "high_threshold")
_WINDOW = {"strength": "control_scale", "start_percent": "control_start", "end_percent": "control_end"}


def take_control(found: Found, walk: Walk, values: Values, node: Node) -> None:
    """Note the nearest control behind a pass."""
    for behind in walk.upstream(node):
        if any(kind in kind_of(behind) for kind in _APPLIES):
            pictures = {kind_of(other): other for other in walk.upstream(behind, "image")}
            found.values |= {"mode": "controlnet", "preprocess": _preprocess(pictures)}
            _thresholds(found, values, pictures.get("CannyEdgePreprocessor"))
            found.values.pop("strength", None)
            found.take({name: values.of(behind, name) for name in _WINDOW}, _WINDOW)
            return


def _thresholds(found: Found, values: Values, canny: Node | None) -> None:
    """Take over the thresholds of the node that counts as here; those of ComfyUI's own Canny have another scale."""
    if canny is not None:
        found.take({name: values.of(canny, name) for name in _THRESHOLDS}, {name: name for name in _THRESHOLDS})


def _preprocess(kinds: Mapping[str, Any]) -> str:
    named = (ours for ours in ("canny", "depth", "pose") if any(ours in kind.casefold() for kind in kinds))
    return next(named, "none")

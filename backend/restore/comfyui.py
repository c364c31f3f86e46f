"""ComfyUI: the graph that was run (`prompt`), or the one on the canvas (`workflow`).

A graph has no schema: the settings are found by walking from a sampler along its inputs, over the nodes that Z-Image
graphs are made of.
"""

from collections.abc import Mapping
from typing import Any

from backend.restore.comfyui_canvas import graph_of_canvas
from backend.restore.comfyui_walk import MOST_NODES, Walk, inputs_of, kind_of
from backend.restore.found import Found
from backend.restore.prompt_marks import without_marks
from backend.restore.samplers import scheduler_of

_THRESHOLDS = ("low_threshold", "high_threshold")
_NO_MATCH = "There is no such scheduler here; the default stays."


def read_graph(graph: Any) -> Found | None:
    """Read the graph of ComfyUI's API; None where it isn't one or has no sampler."""
    walk = Walk.over(graph)
    sampler = walk.sampler() if walk else None
    if walk is None or sampler is None:
        return None
    found = Found("ComfyUI")
    _numbers(found, walk, sampler)
    _texts(found, walk, sampler)
    _picture(found, walk, sampler)
    _model(found, walk, sampler)
    return found


def read_canvas(canvas: Any) -> Found | None:
    """Read the workflow as it lies on the canvas."""
    return read_graph(graph_of_canvas(canvas, MOST_NODES))


def _numbers(found: Found, walk: Walk, sampler: Mapping[str, Any]) -> None:
    parts = [sampler, *(walk.behind(inputs_of(sampler).get(name)) for name in ("noise", "guider", "sampler", "sigmas"))]
    names = {
        "seed": ("seed", "noise_seed"),
        "steps": ("steps",),
        "guidance": ("cfg",),
        "strength": ("denoise",),
        "sampler": ("sampler_name",),
        "schedule": ("scheduler",),
    }
    told = {
        ours: next(filter(_is_told, (walk.value(part, *theirs) for part in parts if part)), None)
        for ours, theirs in names.items()
    }
    found.take(told, {name: name for name in ("seed", "steps", "guidance")})
    if told["strength"] not in (None, 1, 1.0):
        found.values["strength"] = told["strength"]
    _scheduler(found, str(told["sampler"] or ""), str(told["schedule"] or ""))


def _is_told(value: Any) -> bool:
    return value is not None


def _scheduler(found: Found, sampler: str, schedule: str) -> None:
    if sampler and (ours := scheduler_of(sampler, schedule)):
        found.values["scheduler"] = ours
    elif sampler:
        found.drop("sampler_name", f"{sampler} {schedule}".strip(), _NO_MATCH)


def _texts(found: Found, walk: Walk, sampler: Mapping[str, Any]) -> None:
    guider = walk.behind(inputs_of(sampler).get("guider")) or sampler
    for ours, ways in (("prompt", ("positive", "conditioning")), ("negative_prompt", ("negative",))):
        text = _text(walk, guider, ways, ours == "negative_prompt")
        if text:
            found.values[ours] = without_marks(found, text)


def _text(walk: Walk, node: Mapping[str, Any], ways: tuple[str, ...], negative: bool) -> str | None:
    """Follow a conditioning input to the text that it was made of."""
    for _ in range(20):
        behind = next(filter(None, (walk.behind(inputs_of(node).get(way)) for way in ways)), None)
        if behind is None or (negative and "ZeroOut" in kind_of(behind)):
            return None
        text = walk.value(behind, "text", "prompt", "user_prompt", "text_g")
        if isinstance(text, str) and "ncode" in kind_of(behind):
            return text
        node, ways = behind, (*ways, "conditioning", "conditioning_1", "conditioning_to")
    return None


def _picture(found: Found, walk: Walk, sampler: Mapping[str, Any]) -> None:
    kinds = {kind_of(node) for node in walk.upstream(sampler, "latent_image", "positive")}
    for node in walk.upstream(sampler, "latent_image"):
        if "Latent" in kind_of(node) and "Empty" in kind_of(node):
            sides = {name: walk.value(node, name) for name in ("width", "height")}
            found.take(sides, {name: name for name in sides})
            found.values.pop("strength", None)
            break
    else:
        if kinds & {"SetLatentNoiseMask", "VAEEncodeForInpaint", "InpaintModelConditioning"}:
            found.values["mode"] = "inpaint"
        elif "VAEEncode" in kinds:
            found.values["mode"] = "image_to_image"
    _control(found, walk, sampler)


def _control(found: Found, walk: Walk, sampler: Mapping[str, Any]) -> None:
    for node in walk.upstream(sampler):
        kind = kind_of(node)
        if "ControlNetApply" in kind or "FunControlnet" in kind or "DiffsynthControlnet" in kind:
            behind = {kind_of(other): other for other in walk.upstream(node, "image")}
            found.values |= {"mode": "controlnet", "preprocess": _preprocess(set(behind))}
            _thresholds(found, walk, behind.get("CannyEdgePreprocessor"))
            values = {name: walk.value(node, name) for name in ("strength", "start_percent", "end_percent")}
            found.values.pop("strength", None)
            found.take(values, {"strength": "control_scale", "start_percent": "control_start"})
            found.take(values, {"end_percent": "control_end"})
            return


def _thresholds(found: Found, walk: Walk, canny: Mapping[str, Any] | None) -> None:
    """Take over the thresholds of the node that counts as here; those of ComfyUI's own Canny have another scale."""
    if canny is not None:
        found.take({name: walk.value(canny, name) for name in _THRESHOLDS}, {name: name for name in _THRESHOLDS})


def _preprocess(kinds: set[str]) -> str:
    named = (ours for ours in ("canny", "depth", "pose") if any(ours in kind.casefold() for kind in kinds))
    return next(named, "none")


def _model(found: Found, walk: Walk, sampler: Mapping[str, Any]) -> None:
    for node in walk.upstream(sampler, "model", "guider"):
        kind = kind_of(node)
        if "Lora" in kind and (name := walk.value(node, "lora_name")):
            found.take_lora(name, walk.value(node, "strength_model"))
        if kind == "ModelSamplingAuraFlow":
            found.take({"shift": walk.value(node, "shift")}, {"shift": "shift"})
        model = walk.value(node, "unet_name", "ckpt_name", "model_name")
        if isinstance(model, str) and found.model is None:
            found.model = model

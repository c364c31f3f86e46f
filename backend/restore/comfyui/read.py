"""A graph of ComfyUI as settings: of the pass that began the picture; what came behind it is listed."""

import re
from collections.abc import Sequence
from typing import Any

from backend.restore.comfyui.canvas import graph_of_canvas
from backend.restore.comfyui.control import take_control
from backend.restore.comfyui.details import take_details
from backend.restore.comfyui.loras import take_loras
from backend.restore.comfyui.passes import (
    LATENTS,
    Passes,
    adds_noise,
    enlarged_between,
    is_pass,
    lost_numbers,
    numbers_of,
    passes_of,
)
from backend.restore.comfyui.size import drawn_size, is_as_drawn
from backend.restore.comfyui.texts import Text, texts_of
from backend.restore.comfyui.values import Values
from backend.restore.comfyui.walk import MOST_NODES, Node, Walk, inputs_of, kind_of
from backend.restore.found import Found
from backend.restore.prompt_marks import without_marks
from backend.restore.reasons import FURTHER_PASS, FURTHER_TEXT, LARGER, NO_SCHEDULER, SECOND_SEED, TWO_GUIDANCES
from backend.restore.samplers import scheduler_of
from backend.restore.second_pass import take_second_pass

_QWEN = re.compile(r"qwen_?-?3[-_ ]?4b", re.IGNORECASE)
_MASKS = {"SetLatentNoiseMask", "VAEEncodeForInpaint", "InpaintModelConditioning"}


def read_graph(graph: Any) -> Found | None:
    """Read the graph of ComfyUI's API; None where it isn't one or has no pass that draws."""
    walk = Walk.over(graph)
    passes = passes_of(walk) if walk else None
    if walk is None or passes is None:
        return None
    found, values = Found("ComfyUI"), Values(walk)
    _numbers(found, walk, values, passes.first)
    for role in ("prompt", "negative_prompt"):
        _text(found, values, texts_of(walk, values, passes.first, role), role)
    _picture(found, walk, values, passes)
    _model(found, walk, values, passes.first)
    _list_further(found, walk, values, passes)
    return found


def read_canvas(canvas: Any) -> Found | None:
    """Read the workflow as it lies on the canvas."""
    return read_graph(graph_of_canvas(canvas, MOST_NODES))


def _numbers(found: Found, walk: Walk, values: Values, node: Node) -> None:
    told = numbers_of(walk, values, node)
    for name in lost_numbers(node, told) if adds_noise(walk, values, node) else ():
        found.lose(name, ", ".join(values.unknown[:2]) or "?")
    found.take(told, {name: name for name in ("seed", "steps", "guidance")})
    if told["strength"] not in (None, 1, 1.0):
        found.values["strength"] = told["strength"]
    guider = walk.behind(inputs_of(node).get("guider"))
    if guider and (twice := values.of(guider, "cfg_conds")) is not None:
        found.drop("cfg_conds", f"{twice}, {values.of(guider, 'cfg_cond2_negative')}", TWO_GUIDANCES)
    sampler, schedule = str(told["sampler"] or ""), str(told["schedule"] or "")
    if sampler and (ours := scheduler_of(sampler, schedule)):
        found.values["scheduler"] = ours
    elif sampler:
        found.drop("sampler_name", f"{sampler} {schedule}".strip(), NO_SCHEDULER)


def _text(found: Found, values: Values, texts: list[Text], role: str) -> None:
    """Take the text of the whole picture, and list those of its parts and those that nobody knows."""
    said = sorted((text for text in texts if text.text), key=lambda text: text.regional)
    if said:
        found.values[role] = without_marks(found, said[0].text or "")
    for further in dict.fromkeys(text.text for text in said[1:] if text.text != said[0].text):
        found.drop(role, further, FURTHER_TEXT)
    unknown = [text.kind for text in texts if text.text is None]
    if unknown or (not texts and role == "prompt"):
        kinds = dict.fromkeys((*values.unknown, *unknown))
        found.lose(role, ", ".join(list(kinds)[:4]) or "?")


def _picture(found: Found, walk: Walk, values: Values, passes: Passes) -> None:
    kinds = {kind_of(node) for node in walk.upstream(passes.first, *LATENTS, "positive", until=is_pass)}
    sides = drawn_size(walk, values, passes.first)
    if sides:
        found.values |= sides
        found.values.pop("strength", None)
    elif kinds & _MASKS:
        found.values["mode"] = "inpaint"
    elif any("VAEEncode" in kind for kind in kinds) and not any("Empty" in kind for kind in kinds):
        found.values["mode"] = "image_to_image"
    else:
        found.size_is_the_files = is_as_drawn(passes)
        found.values.pop("strength", None)
        if not found.size_is_the_files:
            found.lose("width", ", ".join(sorted(kinds)[:4]))
    take_control(found, walk, values, passes.first)


def _model(found: Found, walk: Walk, values: Values, node: Node) -> None:
    take_loras(found, walk, node)
    for behind in walk.upstream(node, "model", "guider", "pipe", "basic_pipe"):
        if kind_of(behind) == "ModelSamplingAuraFlow":
            found.take({"shift": values.of(behind, "shift")}, {"shift": "shift"})
        model = values.of(behind, "unet_name", "ckpt_name", "model_name")
        if isinstance(model, str) and found.model is None:
            found.model = model
    found.is_z_image = any(_loads_z_images_encoder(other) for other in walk.upstream(node, "positive", "guider"))


def _loads_z_images_encoder(node: Node) -> bool:
    """Whether a node is CLIPLoader as Z-Image's templates have it: Qwen3-4B with the type `lumina2`."""
    inputs = inputs_of(node)
    return inputs.get("type") == "lumina2" and bool(_QWEN.search(str(inputs.get("clip_name"))))


def _takes_second(found: Found, walk: Walk, values: Values, further: Sequence[Node]) -> bool:
    """Take one further pass over the picture enlarged as a high-resolution fix; return whether it was one."""
    if len(further) != 1 or found.values.get("mode", "text_to_image") != "text_to_image":
        return False
    (second,) = further
    enlarged = enlarged_between(walk, values, second, found.values.get("width"))
    told = numbers_of(walk, values, second)
    if enlarged is None or told["strength"] in (None, 0, 1):
        return False
    scale, upscaler = enlarged
    taken = take_second_pass(found, scale=scale, steps=told["steps"], strength=told["strength"], upscaler=upscaler)
    if taken and told["seed"] not in (None, found.values.get("seed")):
        found.drop("Further pass", f"seed {told['seed']}", SECOND_SEED)
    return taken


def _list_further(found: Found, walk: Walk, values: Values, passes: Passes) -> None:
    further = take_details(found, walk, values, passes.further)
    if _takes_second(found, walk, values, further):
        return
    for node in further:
        told = {name: value for name, value in numbers_of(walk, values, node).items() if value is not None}
        shown = ", ".join(f"{name} {value}" for name, value in told.items()) or kind_of(node)
        found.drop("Further pass", shown, FURTHER_PASS)
    if not passes.further:
        for node in passes.between:
            if kind_of(node) == "ImageUpscaleWithModel":
                found.drop("Upscale", kind_of(node), LARGER)

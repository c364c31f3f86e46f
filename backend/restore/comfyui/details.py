"""Impact Pack's detailers behind a picture, to details that can be drawn here.

The nodes and their inputs are those of https://github.com/ltdrdata/ComfyUI-Impact-Pack, `modules/impact/impact_pack.py`
(FaceDetailer and DetailerForEach, each also with a pipe). Its masks grow as ADetailer's do, by half of a kernel.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from backend.restore.comfyui.passes import is_pass, numbers_of
from backend.restore.comfyui.texts import texts_of
from backend.restore.comfyui.values import Values, is_told
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of
from backend.restore.detailer import padding_of, target_of
from backend.restore.found import Found
from backend.restore.reasons import AS_THE_PICTURE, DETAILS_LAST, NO_SETTING, NO_TARGET
from backend.restore.samplers import scheduler_of

_FINDERS = ("bbox_detector", "segs", "detailer_pipe")
"""The inputs behind which stands what is looked for."""
_NUMBERS = {
    "confidence": ("bbox_threshold", "threshold"),
    "mask_padding": ("bbox_dilation", "dilation"),
    "mask_blur": ("feather",),
}
"""Our name, and the inputs of a detailer, or of the detector before it, that say it."""
_MARKS = ("[", "__", "{")
"""Of the wildcards' own language, in which a prompt may be one for each place."""


def take_details(found: Found, walk: Walk, values: Values, passes: Sequence[Node]) -> list[Node]:
    """Take the detailers among the passes behind a picture (the last one first), and return the other passes."""
    details, others = [], []
    for node in passes:
        detail = _detail(found, walk, values, node) if is_detailer(node) else None
        if detail is None:
            others.append(node)
            continue
        if others:
            found.drop("Detailer", kind_of(node), DETAILS_LAST)
        details.append(detail)
    if details:
        found.values["details"] = details[::-1]
    return others


def is_detailer(node: Node) -> bool:
    """Whether a pass draws again what is found in a picture."""
    return "Detailer" in kind_of(node) and bool(set(_FINDERS) & set(inputs_of(node)))


def _detail(found: Found, walk: Walk, values: Values, node: Node) -> dict[str, Any] | None:
    names = list(_finders(walk, values, node))
    target = next(filter(None, map(target_of, names)), None)
    if target is None:
        for name in names:
            found.drop("Detailer model", name, NO_TARGET)
        return None
    _tell(found, values, node)
    return {"target": target, **_numbers(found, walk, values, node), **_words(found, walk, values, node)}


def _finders(walk: Walk, values: Values, node: Node) -> Iterator[str]:
    """Yield the files of the detectors that stand before a detailer, nearest first."""
    for behind in walk.upstream(node, *_FINDERS, until=is_pass):
        name = values.of(behind, "model_name") if "etector" in kind_of(behind) else None
        if isinstance(name, str):
            yield name


def _numbers(found: Found, walk: Walk, values: Values, node: Node) -> dict[str, Any]:
    near = [node, *walk.upstream(node, "segs", until=is_pass)]
    read = {ours: _first(values, near, names) for ours, names in _NUMBERS.items()}
    told = numbers_of(walk, values, node)
    read["strength"] = told["strength"]
    read |= {name: told[name] for name in ("steps", "guidance") if told[name] != found.values.get(name)}
    if read["mask_padding"] is not None:
        read["mask_padding"] = padding_of(read["mask_padding"])
    return {name: value for name, value in read.items() if is_told(value)}


def _first(values: Values, near: Sequence[Node], names: Sequence[str]) -> Any:
    return next(filter(is_told, (values.of(each, *names) for each in near)), None)


def _words(found: Found, walk: Walk, values: Values, node: Node) -> dict[str, str]:
    """Return its prompts where they are others than the picture's; its wildcard goes before what is wired to it."""
    wired = {role: _text(walk, values, node, role) for role in ("prompt", "negative_prompt")}
    near = [node, *walk.upstream(node, "detailer_pipe", until=is_pass)]
    wildcard = str(_first(values, near, ["wildcard"]) or "").strip()
    if wildcard and any(mark in wildcard for mark in _MARKS):
        found.drop("Detailer wildcard", wildcard, NO_SETTING)
    elif wildcard:
        wired["prompt"] = wildcard
    return {role: text for role, text in wired.items() if text and text != found.values.get(role)}


def _text(walk: Walk, values: Values, node: Node, role: str) -> str:
    return next((text.text for text in texts_of(walk, values, node, role) if text.text), "")


def _tell(found: Found, values: Values, node: Node) -> None:
    """List what a detail cannot have of its own."""
    seed, sampler = values.of(node, "seed"), values.of(node, "sampler_name")
    if seed is not None:
        found.drop("Detailer seed", seed, AS_THE_PICTURE)
    if sampler is not None and scheduler_of(str(sampler), str(values.of(node, "scheduler") or "")) != found.values.get(
        "scheduler"
    ):
        found.drop("Detailer sampler_name", sampler, AS_THE_PICTURE)
    if (cycles := values.of(node, "cycle")) not in (None, 1):
        found.drop("Detailer cycle", cycles, NO_SETTING)

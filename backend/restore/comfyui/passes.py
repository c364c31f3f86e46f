"""The passes of a graph: the one that began the picture, and those that went over it again."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backend.restore.comfyui.values import Values, is_told
from backend.restore.comfyui.walk import Node, Walk, inputs_of, kind_of

_MOST_PASSES = 20
_MOST_NEAR = 12
LATENTS = ("latent_image", "latent", "samples", "optional_latent")
_ENLARGES = "scale"
"""In the names of ComfyUI's ImageScale and LatentUpscale, whatever the case."""
_SOURCES = {"model", "guider", "pipe", "basic_pipe", "detailer_pipe"}
_NUMBERS: dict[str, tuple[tuple[str, ...], str]] = {
    "seed": (("seed", "noise_seed"), "noise"),
    "steps": (("steps",), "sigmas"),
    "guidance": (("cfg",), "guider"),
    "strength": (("denoise",), "sigmas"),
    "sampler": (("sampler_name",), "sampler"),
    "schedule": (("scheduler",), "sigmas"),
}
"""Our name, the inputs that say it, and the input of a SamplerCustom behind which a node of its own says it
(`nodes_custom_sampler.py`)."""


@dataclass(frozen=True, slots=True)
class Passes:
    """What made the saved picture: its first pass, those behind it, and the nodes between the first and the file."""

    first: Node
    further: tuple[Node, ...]
    between: tuple[Node, ...]


def is_pass(node: Node) -> bool:
    """Whether a node draws: a sampler, or one that samples inside (an upscaler by tiles, a detailer)."""
    names = set(inputs_of(node))
    if not names & _SOURCES:
        return False
    return "sampler" in kind_of(node).casefold() or ("steps" in names and bool(names & {"seed", "noise_seed"}))


def passes_of(walk: Walk) -> Passes | None:
    """Return the passes of the picture that was saved, or else of the first one that was drawn; None without any."""
    for output in _outputs(walk):
        drawn = [node for node in walk.upstream(output) if is_pass(node)]
        if drawn:
            return _passes_behind(walk, output, _first(walk, drawn[0]), drawn)
    lone = next(filter(is_pass, walk.graph.values()), None)
    return Passes(_first(walk, lone), (), ()) if lone else None


def _passes_behind(walk: Walk, output: Node, first: Node, drawn: list[Node]) -> Passes:
    further = tuple(node for node in drawn if node is not first)
    return Passes(first, further, tuple(walk.upstream(output, until=lambda node: node is first)))


def _outputs(walk: Walk) -> list[Node]:
    """Return the nodes that nothing follows, those that save before those that show."""
    followed = {id(behind) for node in walk.graph.values() for behind in map(walk.behind, inputs_of(node).values())}
    ends = [node for node in walk.graph.values() if id(node) not in followed]
    return sorted(ends, key=_saves)[:_MOST_PASSES]


def _saves(node: Node) -> int:
    kind = kind_of(node)
    return 0 if kind.startswith("SaveImage") else 1 if "Save" in kind else 2


def _first(walk: Walk, node: Node) -> Node:
    """Return the pass that begins from no other one's picture: along the latents, or else along anything."""
    seen = [node]
    for _ in range(_MOST_PASSES):
        ways: tuple[tuple[str, ...], ...] = (LATENTS, ())
        before = next(filter(None, (walk.first(seen[-1], names, is_pass) for names in ways)), None)
        if before is None or any(before is other for other in seen):
            break
        seen.append(before)
    return seen[-1]


def numbers_of(walk: Walk, values: Values, node: Node) -> dict[str, Any]:
    """Return seed, steps, guidance, strength, sampler and schedule of a pass; None for what it doesn't say.

    A pass that adds no noise draws nothing from its seed, whatever stands there.
    """
    told = {ours: _told(walk, values, node, *where) for ours, where in _NUMBERS.items()}
    if not adds_noise(walk, values, node):
        told["seed"] = None
    return told


def enlarged_between(walk: Walk, values: Values, second: Node, first_width: object) -> tuple[float, str] | None:
    """Return how many times as large a second pass begins than the first ended, and by which upscaler's file.

    None where that isn't told: by which factor a file enlarges, its name needn't say.
    """
    width = first_width if isinstance(first_width, int) else None
    scale, upscaler = values.of(second, "upscale_by"), _upscaler(walk, values, second)
    for node in walk.upstream(second, *LATENTS, "image", until=is_pass):
        by, to = values.of(node, "scale_by"), values.of(node, "width")
        upscaler = upscaler or _upscaler(walk, values, node)
        if upscaler and scale is None and by is not None:
            return None  # Of what the file made, it is a part.
        if scale is None and isinstance(by, int | float):
            scale = by
        elif scale is None and isinstance(to, int) and width and _ENLARGES in kind_of(node).casefold():
            scale = to / width
    return (float(scale), upscaler) if isinstance(scale, int | float) else None


def _upscaler(walk: Walk, values: Values, node: Node) -> str:
    loader = walk.behind(inputs_of(node).get("upscale_model"))
    name = values.of(loader, "model_name") if loader else None
    return name if isinstance(name, str) else ""


def lost_numbers(node: Node, told: dict[str, Any]) -> list[str]:
    """Return the inputs of a pass that are linked to nodes which say nothing."""
    inputs = inputs_of(node)
    linked = {name for name, value in inputs.items() if isinstance(value, list)}
    return [ours for ours, (names, _) in _NUMBERS.items() if linked & set(names) and told[ours] is None]


def _told(walk: Walk, values: Values, node: Node, names: tuple[str, ...], part: str) -> Any:
    near = zip(range(_MOST_NEAR), _parts(walk, node, part), strict=False)
    return next(filter(is_told, (values.of(other, *names) for _, other in near)), None)


def _parts(walk: Walk, node: Node, part: str) -> Iterator[Node]:
    yield node
    yield from walk.upstream(node, part, until=is_pass) if part in inputs_of(node) else ()


def adds_noise(walk: Walk, values: Values, node: Node) -> bool:
    """Read `add_noise` of KSamplerAdvanced ("disable") and SamplerCustom (false), and DisableNoise."""
    noise = walk.behind(inputs_of(node).get("noise"))
    silent = noise is not None and kind_of(noise) == "DisableNoise"
    return not silent and values.of(node, "add_noise") not in ("disable", False)

"""For every field of a request: values that lie beside it, and the same with the field set to something else."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from backend.domain.capabilities import Capabilities
from backend.domain.errors import InvalidRequest
from backend.domain.request_fields import paths
from backend.domain.requests import REQUEST_TYPES, Mode, Request, parse_request
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles

Values = dict[str, Any]

LORA, OTHER_LORA = "civitai:1@1", "civitai:1@2"
"""Named as Runware names them; a file of the local shelf may be called so, too."""
SIDE = 128
_FB, _DB = {"fb_cache": True}, {"db_cache": True}


def pictures() -> dict[str, Image.Image]:
    """Return the pictures by the names that stand for them below: two with edges of every strength, two masks."""
    noise = np.random.default_rng(1).integers(0, 256, (16, 20), dtype=np.uint8)
    image = Image.fromarray(noise).resize((160, SIDE), Image.Resampling.BICUBIC).convert("RGB")
    mask, other = Image.new("L", image.size), Image.new("L", image.size)
    ImageDraw.Draw(mask).rectangle((50, 40, 90, 80), fill=255)
    ImageDraw.Draw(other).rectangle((60, 40, 100, 90), fill=255)
    return {"image": image, "other image": image.rotate(180), "mask": mask, "other mask": other}


@cache
def _contents() -> dict[str, bytes]:
    return {name: encode(picture, "png") for name, picture in pictures().items()}


def stored(files: ImageFiles) -> dict[str, str]:
    """Put the pictures into a folder and return their references by name."""
    return {name: files.put(content, "png") for name, content in _contents().items()}


BASES: Mapping[Mode, Values] = {
    "text_to_image": {},
    "image_to_image": {"image": "image"},
    "inpaint": {"image": "image", "mask": "mask"},
    "outpaint": {"image": "image", "left": 16},
    "controlnet": {"image": "image"},
    "upscale": {"image": "image"},
}
UPSCALER = "4x-small"
"""Lies with the recorded engine."""
ENLARGING = ("image", "method", "factor", "upscaler", "output_format", "output_quality")
"""What changes an enlargement: its prompt and its seed are kept with it alone."""
REDRAWING = (
    *("strength", "control_scale", "tile_prompt", "prompt", "seed", "steps", "scheduler"),
    *("loras.weight", "controls.scale", "details.strength"),
)
"""What changes one that is drawn anew, where each tile is a drawing like others."""


def _control(**values: Any) -> Values:
    return {"controls": [{"image": "image", **values}]}


def _detail(beside: Values, **values: Any) -> tuple[Values, Values]:
    return {"details": [{"confidence": 0.5, **beside}]}, {"details": [{"confidence": 0.5, **beside, **values}]}


def _cache(beside: Values, **values: Any) -> tuple[Values, Values]:
    return {"accelerator": beside}, {"accelerator": {**beside, **values}}


def _option(beside: Values, **options: Any) -> tuple[Values, Values]:
    return beside, {**beside, "options": options}


SAMPLES: Mapping[str, tuple[Values, Values]] = {
    "factor": ({}, {"factor": 3.0}),
    "method": ({}, {"method": "redraw"}),
    "hires_scale": ({}, {"hires_scale": 2.0}),
    "hires_steps": ({"hires_scale": 1.5}, {"hires_scale": 1.5, "hires_steps": 3}),
    "hires_strength": ({"hires_scale": 1.5}, {"hires_scale": 1.5, "hires_strength": 0.2}),
    "hires_method": ({"hires_scale": 1.5}, {"hires_scale": 1.5, "hires_method": UPSCALER}),
    "tile_prompt": ({"hires_scale": 1.5}, {"hires_scale": 1.5, "tile_prompt": False}),
    "upscaler": ({}, {"upscaler": UPSCALER}),
    "prompt": ({}, {"prompt": "a blue square"}),
    "negative_prompt": ({"guidance": 3.0}, {"guidance": 3.0, "negative_prompt": "a blue square"}),
    "steps": ({}, {"steps": 4}),
    "guidance": ({}, {"guidance": 3.0}),
    "nag_scale": ({"negative_prompt": "a blue square"}, {"negative_prompt": "a blue square", "nag_scale": 5.0}),
    "seed_diversity": ({}, {"seed_diversity": 0.6}),
    "nag_tau": ({"nag_scale": 5.0}, {"nag_scale": 5.0, "nag_tau": 4.0}),
    "nag_alpha": ({"nag_scale": 5.0}, {"nag_scale": 5.0, "nag_alpha": 0.5}),
    "nag_end": ({"nag_scale": 5.0}, {"nag_scale": 5.0, "nag_end": 0.5}),
    "shift": ({}, {"shift": 5.0}),
    "seed": ({}, {"seed": 8}),
    "variation_strength": ({"variation_seed": 5}, {"variation_seed": 5, "variation_strength": 0.5}),
    "variation_seed": (
        {"variation_seed": 5, "variation_strength": 0.5},
        {"variation_seed": 6, "variation_strength": 0.5},
    ),
    "count": ({}, {"count": 2}),
    "scheduler": ({}, {"scheduler": "Heun"}),
    "loras.model": ({"loras": [{"model": LORA}]}, {"loras": [{"model": OTHER_LORA}]}),
    "loras.weight": ({"loras": [{"model": LORA}]}, {"loras": [{"model": LORA, "weight": 0.5}]}),
    "acceleration": ({}, {"acceleration": "high"}),
    "accelerator.fb_cache": _cache({}, fb_cache=True),
    "accelerator.tea_cache": _cache({}, tea_cache=True),
    "accelerator.db_cache": _cache({}, db_cache=True),
    "accelerator.fb_cache_threshold": _cache(_FB, fb_cache_threshold=0.5),
    "accelerator.tea_cache_distance": _cache({"tea_cache": True}, tea_cache_distance=0.25),
    "accelerator.db_cache_threshold": _cache(_DB, db_cache_threshold=0.5),
    "accelerator.db_cache_skip_interval": _cache(_DB, db_cache_skip_interval=2),
    "accelerator.cache_start_step": _cache(_FB, cache_start_step=2),
    "accelerator.cache_start_step_percentage": _cache(_FB, cache_start_step_percentage=50),
    "accelerator.cache_end_step": _cache(_FB, cache_end_step=5),
    "accelerator.cache_end_step_percentage": _cache(_FB, cache_end_step_percentage=60),
    "accelerator.cache_max_consecutive_steps": _cache(_FB, cache_max_consecutive_steps=1),
    "output_format": ({}, {"output_format": "webp"}),
    "output_quality": ({"output_format": "jpeg"}, {"output_format": "jpeg", "output_quality": 40}),
    "safety": ({}, {"safety": True}),
    "prompt_expansion": ({}, {"prompt_expansion": True}),
    "controls.image": (_control(), {"controls": [{"image": "other image"}]}),
    "controls.preprocess": (_control(), _control(preprocess="none")),
    "controls.scale": (_control(), _control(scale=0.5)),
    "controls.start": (_control(), _control(start=0.25)),
    "controls.end": (_control(), _control(end=0.5)),
    "controls.low_threshold": (_control(), _control(low_threshold=10)),
    "controls.high_threshold": (_control(), _control(high_threshold=110)),
    "details.target": ({"details": [{"confidence": 0.5}]}, {"details": [{"confidence": 0.5, "target": "hand"}]}),
    "details.confidence": _detail({}, confidence=0.85),
    "details.mask_blur": _detail({}, mask_blur=12),
    "details.mask_padding": _detail({}, mask_padding=15),
    "details.steps": _detail({}, steps=60),
    "details.strength": _detail({}, strength=0.6),
    "details.guidance": _detail({}, guidance=3.0),
    "details.prompt": _detail({}, prompt="a green face"),
    "details.negative_prompt": _detail({"guidance": 3.0}, negative_prompt="a blue face"),
    "width": ({}, {"width": 192, "height": SIDE}),
    "height": ({}, {"width": SIDE, "height": 192}),
    "image": ({}, {"image": "other image"}),
    "mask": ({}, {"mask": "other mask"}),
    "strength": ({}, {"strength": 0.5}),
    "resize": ({}, {"resize": "fit"}),
    "mask_margin": ({}, {"mask_margin": 32}),
    "mask_grow": ({}, {"mask_grow": 16}),
    "mask_feather": ({}, {"mask_feather": 8}),
    "left": ({}, {"left": 32}),
    "right": ({}, {"right": 16}),
    "top": ({}, {"top": 16}),
    "bottom": ({}, {"bottom": 16}),
    "fill": ({}, {"fill": "grey"}),
    "overlap": ({}, {"overlap": 64}),
    "feather": ({}, {"feather": 16}),
    "preprocess": ({}, {"preprocess": "none"}),
    "control_scale": ({}, {"control_scale": 0.5}),
    "control_start": ({}, {"control_start": 0.25}),
    "control_end": ({}, {"control_end": 0.5}),
    "low_threshold": ({}, {"low_threshold": 10}),
    "high_threshold": ({}, {"high_threshold": 110}),
    # the fake's
    "options.seconds": _option({}, seconds=0.01),
    "options.fail_after": _option({}, fail_after=0),
    "options.failure": ({"options": {"fail_after": 0}}, {"options": {"fail_after": 0, "failure": "no credit"}}),
    "options.provider": _option({}, provider=True),
    "options.cost_usd": ({"options": {"provider": True}}, {"options": {"provider": True, "cost_usd": "0.5"}}),
    "options.tell_seed": _option({}, tell_seed=False),
    # Runware's
    "options.delivery": _option({}, delivery="async"),
    "options.output_type": _option({}, output_type="base64Data"),
    "options.ttl": _option({}, ttl=600),
    "options.controls.model": _option(_control(), controls=[{"model": "runware:other@1"}]),
    "options.controls.control_mode": _option(_control(), controls=[{"control_mode": "prompt"}]),
    "options.controls.start_step": (
        _control() | {"options": {"controls": [{"start_step": 1, "end_step": 4}]}},
        _control() | {"options": {"controls": [{"start_step": 2, "end_step": 4}]}},
    ),
    "options.controls.end_step": (
        _control() | {"options": {"controls": [{"start_step": 1, "end_step": 4}]}},
        _control() | {"options": {"controls": [{"start_step": 1, "end_step": 5}]}},
    ),
    "options.loras.transformer": _option({"loras": [{"model": LORA}]}, loras=[{"transformer": "high"}]),
    "options.ultralytics.cfg_scale": _option({}, ultralytics={"CFGScale": 4}),
    "options.ultralytics.confidence": _option({}, ultralytics={"confidence": 0.5}),
    "options.ultralytics.mask_blur": _option({}, ultralytics={"mask_blur": 3}),
    "options.ultralytics.mask_padding": _option({}, ultralytics={"mask_padding": 3}),
    "options.ultralytics.negative_prompt": _option({}, ultralytics={"negative_prompt": "a blue square"}),
    "options.ultralytics.positive_prompt": _option({}, ultralytics={"positive_prompt": "a face"}),
    "options.ultralytics.steps": _option({}, ultralytics={"steps": 5}),
    "options.ultralytics.strength": _option({}, ultralytics={"strength": 0.5}),
    "options.webhook_url": _option({}, webhook_url="https://hooks.example/done"),
    "options.upload_endpoint": _option({}, upload_endpoint="https://files.example/put"),
    # ModelRunner's
    "options.one_request": ({"count": 2}, {"count": 2, "options": {"one_request": True}}),
    "options.expires_after": _option({}, expires_after=600),
    # this machine's
    "options.depth_detector": (
        _control(preprocess="depth"),
        _control(preprocess="depth") | {"options": {"depth_detector": "ZoeDepth"}},
    ),
    "options.pose_detector": (
        _control(preprocess="pose"),
        _control(preprocess="pose") | {"options": {"pose_detector": "OpenPose"}},
    ),
    "options.weights": _option({}, weights="fp8"),
    "options.offload": _option({}, offload="none"),
    "options.controlnet": _option(_control(), controlnet="lite"),
    "options.attention": _option({}, attention="native"),
    "options.compile": _option({}, compile=True),
}
OF_A_MODE: Mapping[tuple[Mode, str], tuple[Values, Values]] = {
    ("upscale", "tile_prompt"): ({}, {"tile_prompt": False}),
}
"""Where a mode's own field of a name stands beside others than elsewhere."""


def fields_of(mode: Mode, options: type) -> Iterator[str]:
    """Yield every field of a mode and of a backend's options, by path."""
    if mode == "upscale":
        yield from (*ENLARGING, *REDRAWING)
        return
    yield from (path for path in paths(REQUEST_TYPES[mode]) if path not in ("mode", "options"))
    yield from (f"options.{path}" for path in paths(options))


def pair(mode: Mode, path: str, refs: Mapping[str, str]) -> tuple[Request, Request]:
    """Return a request of a mode, and one that differs from it in the field alone."""
    size = {"width": SIDE, "height": SIDE} if mode not in ("outpaint", "upscale") else {}
    base = {"mode": mode, "prompt": "a red circle", "seed": 7, **size, **BASES[mode]}
    beside, changed = OF_A_MODE.get((mode, path), SAMPLES[path])
    if mode == "upscale" and path in REDRAWING:
        base |= {"method": "redraw"}
    return parse_request(_named(base | beside, refs)), parse_request(_named(base | changed, refs))


def _named(value: Any, refs: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _named(inner, refs) for name, inner in value.items()}
    if isinstance(value, list):
        return [_named(inner, refs) for inner in value]
    return refs.get(value, value) if isinstance(value, str) else value


def acts_or_is_refused(
    able: Capabilities, path: str, asked: tuple[Request, Request], carried: Callable[[Request], Any]
) -> None:
    """Assert of a field that is taken, that it changes what is carried out, and of another, that it is refused."""
    base, changed = asked
    named = refused(able, changed)
    if able.can_take(path):
        assert not named, f"{path} is taken and refused: {named}"
        assert carried(base) != carried(changed), f"{path} is taken, and changes nothing"
    else:
        assert any(path == name or path.startswith(f"{name}.") for name in named), f"{path} isn't refused: {named}"


def once(carry_out: Callable[[Request], Any]) -> Callable[[Request], Any]:
    """Return what carries an equal request out once, and knows what came of it from then on."""
    known: dict[str, Any] = {}

    def carried(request: Request) -> Any:
        asked = request.model_dump_json()
        if asked not in known:
            known[asked] = carry_out(request)
        return known[asked]

    return carried


def refused(able: Capabilities, request: Request) -> set[str]:
    """Return the fields that a backend refuses in a request, by path."""
    try:
        able.check(request)
    except InvalidRequest as error:
        return {re.sub(r"\.\d+", "", problem.field) for problem in error.problems}
    return set()

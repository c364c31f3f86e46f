"""What the local engine can do with the model at hand."""

from collections.abc import Mapping
from typing import Any

from backend.adapters.local import scenes
from backend.adapters.local.drawing import cache_plan, engine
from backend.adapters.local.machine.checkpoint import Checkpoint
from backend.adapters.local.machine.kinds import advice, hints, profile_at
from backend.adapters.local.samplers.names import OFFERED, REFUSED
from backend.adapters.local.scenes import Frame
from backend.domain.capabilities import Capabilities, Limit, Size
from backend.domain.requests import Mode
from backend.library.profiles import USUAL

_REAL_SIZES = (
    Size(1024, 1024, "square"),
    Size(1152, 896),
    Size(896, 1152),
    Size(1248, 832),
    Size(832, 1248),
    Size(1280, 720, "wide"),
    Size(720, 1280, "tall"),
    Size(512, 512, "small"),
    Size(1536, 1536, "large"),
    Size(2048, 2048, "largest"),
)
SMALL_USUAL, SMALL_MOST = 192, 512
_ENLARGED = (Size(256, 256), Size(384, 256), Size(256, 384), Size(512, 512))
MOST_CONTROLS = 3
MODES: tuple[Mode, ...] = ("text_to_image", "image_to_image", "inpaint", "outpaint", "upscale")

_NOTHING: Mapping[str, str] = {}
_REASONS = {
    "prompt_expansion": "Only a provider can expand prompts.",
    **{f"scheduler={name}": reason for name, reason in REFUSED.items()},
}


def frame(checkpoint: Checkpoint) -> Frame:
    """Return the sizes at which this checkpoint draws when nobody asked for one."""
    size = capabilities(checkpoint).default_size
    default = (size.width, size.height)
    if not checkpoint.embedded:
        return Frame(default)
    trained = tuple((width, height) for width, height in checkpoint.world()["sizes"])
    return Frame(default, usual=max(SMALL_USUAL, *(max(sides) for sides in trained)), trained=trained)


def capabilities(
    checkpoint: Checkpoint, lacking: Mapping[str, str] = _NOTHING, *, guided: bool = False
) -> Capabilities:
    """Return the capabilities with this checkpoint: honest sizes for the embedded model, the real one's else.

    `lacking` says why fields (or `field=value`) aren't to be had now, besides what the engine never has; `guided`
    whether there is a ControlNet. Which fields are taken, the parts of the engine say.
    """
    modes: tuple[Mode, ...] = (*MODES[:-1], "controlnet", MODES[-1]) if guided else MODES
    shared: dict[str, Any] = {
        "modes": modes,
        "choices": {"scheduler": OFFERED},
        "takes": engine.TAKES | cache_plan.TAKES | scenes.TAKES,
        "reasons": {**_REASONS, **lacking},
        "most_controls": MOST_CONTROLS if guided else 0,
        "maker": "This machine's engine",
    }
    if not checkpoint.embedded:
        return Capabilities(
            default_size=_REAL_SIZES[0], sizes=_REAL_SIZES, previews=True, **shared, **_wants(checkpoint, modes)
        )
    reason = "This is the small embedded model; the real Z-Image-Turbo draws up to 2048."
    limit = Limit(128, SMALL_MOST, reason)
    world = checkpoint.world()
    default = Size(*world["default_size"])
    return Capabilities(
        default_size=default,
        sizes=tuple(dict.fromkeys((default, *(Size(*size) for size in world["sizes"]), *_ENLARGED))),
        limits={"width": limit, "height": limit},
        notes=dict.fromkeys(modes, _note(world)),
        examples=tuple(world.get("examples", ())),
        wall=checkpoint.wall(),
        profile=USUAL,
        previews=True,
        **shared,
    )


def _wants(checkpoint: Checkpoint, modes: tuple[Mode, ...]) -> dict[str, Any]:
    profile = profile_at(checkpoint)
    return {
        "profile": profile.name,
        "defaults": profile.defaults,
        "hints": hints(profile),
        "notes": dict.fromkeys(modes, advice(profile)),
    }


def _note(world: dict[str, Any]) -> str:
    example = world["examples"][0]
    return (
        "The small embedded model draws coloured shapes and simple scenes only, and enlarges what it draws where more "
        f"pixels are asked for: “{example}”."
    )

"""Which weights of the model a LoRA file's name means, in all trainers' spellings.

Trainers name a module by its path in diffusers' model, in the author's own code (which ComfyUI has too), or in either
with underscores for the dots (kohya); before it they put what their own program calls the model. So a name is looked
up, rather than taken apart, among all the spellings of the modules that there are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Component = Literal["transformer", "text_encoder"]
Shape = tuple[int, ...]

_ANY = ("base_model_model_", "model_", "module_", "lycoris_", "transformer_", "_")
_BEFORE: Mapping[Component, tuple[str, ...]] = {
    "transformer": (*_ANY, "diffusion_model_", "lora_unet_", "lora_transformer_", "lora_dit_", "unet_", "dit_"),
    "text_encoder": (*_ANY, "qwen3_4b_"),
}
"""What stands before a module's own name, one after the other."""
_OF_TEXT_ENCODER = ("text_encoders_", "text_encoder_", "lora_te1_", "lora_te_", "te_")
_SPELLINGS = (
    (re.compile(r"\.to_out\.0$"), ".out"),
    (re.compile(r"\.to_out\.0$"), ".to_out"),
    (re.compile(r"\.norm_q$"), ".q_norm"),
    (re.compile(r"\.norm_k$"), ".k_norm"),
    (re.compile(r"^all_x_embedder\.2-1$"), "x_embedder"),
    (re.compile(r"^all_final_layer\.2-1\."), "final_layer."),
)
"""diffusers' names of Z-Image's modules, and the author's (diffusers 0.42.1, `single_file_utils.py`; ComfyUI,
`comfy/ldm/lumina/model.py`)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A module of the model, or a parameter that is none's, by its path.

    `shape` is that of its weights in full, however they are stored; `linear` says whether it multiplies by them.
    """

    component: Component
    path: str
    shape: Shape
    linear: bool


class Names:
    """The modules of a model by each name that a LoRA file may have for them."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._known: dict[Component, dict[str, tuple[Place, ...]]] = {"transformer": {}, "text_encoder": {}}
        own = {(place.component, place.path): place for place in places}
        for place in own.values():
            self._known[place.component] |= _spelt(place, own)

    def find(self, name: str) -> tuple[Place, ...]:
        """Return the place that a name means, or three where it means queries, keys and values in one; else none."""
        rest = _flat(name)
        component: Component = "transformer"
        while rest not in self._known[component]:
            sign = _beginning(rest, _OF_TEXT_ENCODER) if component == "transformer" else ""
            if sign:
                component = "text_encoder"
            else:
                sign = _beginning(rest, _BEFORE[component])
            if not sign:
                return ()
            rest = rest[len(sign) :]
        return self._known[component][rest]


def _spelt(place: Place, places: Mapping[tuple[Component, str], Place]) -> dict[str, tuple[Place, ...]]:
    path = place.path
    found: dict[str, tuple[Place, ...]] = {_flat(path): (place,)}
    if place.component == "text_encoder":
        return found
    for pattern, other in _SPELLINGS:
        if pattern.search(path):
            found[_flat(pattern.sub(other, path))] = (place,)
    if path.endswith(".to_q"):
        block = path.removesuffix("to_q")
        found[_flat(f"{block}qkv")] = tuple(places[place.component, f"{block}to_{letter}"] for letter in "qkv")
    return found


def _flat(path: str) -> str:
    return re.sub(r"[.-]", "_", path)


def _beginning(name: str, beginnings: tuple[str, ...]) -> str:
    return next((each for each in beginnings if name.startswith(each)), "")

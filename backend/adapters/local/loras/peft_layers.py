"""PEFT's layers on a model: each kind of change by the tuner that PEFT has for it, with our numbers in it.

PEFT would take the shape of every factor from its configuration, and their type from the layer that they are put on,
which is fp8 where the model is stored so. Here both are the file's.
"""

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backend.adapters.local.loras.changes import Change
from backend.adapters.local.loras.layout import Kind

if TYPE_CHECKING:
    from torch import Tensor, dtype

ORDER: tuple[Kind, ...] = ("dora", "lora", "lokr", "loha")
"""From the innermost layer outwards. DoRA comes first, since PEFT scales with it all that lies further in."""
_FACTORS: Mapping[Kind, Mapping[str, str]] = {
    "lora": {"A": "lora_A", "B": "lora_B"},
    "dora": {"A": "lora_A", "B": "lora_B"},
    "lokr": {part: f"lokr_{part}" for part in ("w1", "w1_a", "w1_b", "w2", "w2_a", "w2_b")},
    "loha": {part: f"hada_{part.replace('h', 'w')}" for part in ("h1_a", "h1_b", "h2_a", "h2_b")},
}
"""PEFT's names of the factors. LoKr's whole and divided ones exclude each other: PEFT goes by which there are."""


def put_layers(model: Any, adapter: str, kind: Kind, changes: Sequence[Change], computed_in: "dtype") -> None:
    """Put a layer on each module that the changes, all of one kind, are for; it doesn't act before `weigh_layers`."""
    from peft import inject_adapter_in_model

    mark = next(iter(_FACTORS[kind].values()))
    targets = dict.fromkeys(f"{change.place.path}.{mark}" for change in changes)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Already found a `peft_config`")  # several at once are meant
        inject_adapter_in_model(_config(kind, changes), model, adapter_name=adapter, state_dict=targets)
    for change in changes:
        _fill(layer_of(model, change, adapter), adapter, change, computed_in)


def weigh_layers(model: Any, weights: Mapping[str, float]) -> None:
    """Have the adapters act with these weights, and no others."""
    from diffusers.utils import set_weights_and_activate_adapters

    set_weights_and_activate_adapters(model, list(weights), list(weights.values()))


def take_layers(model: Any) -> None:
    """Take all layers off; the modules below are those that were there before."""
    from diffusers.utils import recurse_remove_peft_layers

    recurse_remove_peft_layers(model)
    vars(model).pop("peft_config", None)


def layer_of(model: Any, change: Change, adapter: str) -> Any:
    """Return PEFT's layer that holds an adapter's factors: of several kinds, one lies around the other."""
    layer, factors = model.get_submodule(change.place.path), tuple(_FACTORS[change.kind].values())
    while not any(adapter in getattr(layer, name, ()) for name in factors):
        layer = layer.base_layer
    return layer


def set_factor(layer: Any, adapter: str, name: str, value: "Tensor") -> None:
    """Give one of a layer's factors this value."""
    from torch.nn import Parameter

    held, kept = getattr(layer, name), Parameter(value, requires_grad=False)
    if name.startswith("lora_"):
        held[adapter].weight = kept
    else:
        held[adapter] = kept


def _fill(layer: Any, adapter: str, change: Change, computed_in: "dtype") -> None:
    device = layer.get_base_layer().weight.device
    for part, name in _FACTORS[change.kind].items():
        if part in change.tensors:
            set_factor(layer, adapter, name, change.tensors[part].to(device, computed_in))
        elif adapter in (held := getattr(layer, name)):
            del held[adapter]


def _config(kind: Kind, changes: Iterable[Change]) -> Any:
    import peft

    paths = [change.place.path for change in changes]
    if kind in ("lokr", "loha"):
        config = peft.LoKrConfig if kind == "lokr" else peft.LoHaConfig
        return config(r=1, alpha=1, target_modules=paths)
    ranks = {f"^{change.place.path}": change.tensors["A"].shape[0] for change in changes}
    return peft.LoraConfig(target_modules=paths, rank_pattern=ranks, alpha_pattern=dict(ranks), use_dora=kind == "dora")

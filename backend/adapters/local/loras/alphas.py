"""The strength that PEFT notes beside a file's tensors instead of in them.

diffusers writes its configuration into the file (`lora_adapter_metadata`, names with the component before them), PEFT
itself into adapter_config.json beside it. https://huggingface.co/docs/peft/package_reference/lora
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.adapters.local.loras.names import Component
from backend.adapters.local.weights.header import Header

IN_FILE = "lora_adapter_metadata"
BESIDE = "adapter_config.json"
PEFT_FILE = "adapter_model.safetensors"
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Alphas:
    """What a file's configuration says, by component; empty where it has none."""

    by_component: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def scale(self, component: Component, path: str, rank: int) -> float:
        """Return what a module's change is multiplied by where its alpha is no tensor of the file."""
        config = self.by_component.get(component, {})
        alpha = _of_module(config, ("alpha_pattern",), ("lora_alpha", "alpha"), path)
        rank = _of_module(config, ("rank_pattern",), ("r",), path) or rank
        if alpha is None or not rank:
            return 1.0
        return float(alpha) / (math.sqrt(rank) if config.get("use_rslora") else rank)


def alphas_of(header: Header) -> Alphas:
    """Return what a file's configuration says of its strength; what can't be read says nothing."""
    if IN_FILE in header.metadata:
        return Alphas(_by_component(_parsed(str(header.metadata[IN_FILE]))))
    beside = header.path.with_name(BESIDE)
    if header.path.name == PEFT_FILE and beside.is_file() and beside.stat().st_size <= _MOST_BYTES:
        return Alphas({"transformer": _parsed(beside.read_text(encoding="utf-8", errors="replace"))})
    return Alphas()


def _by_component(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, value in config.items():
        component, dot, own = name.partition(".")
        if dot:
            found.setdefault(component, {})[own] = value
    return found


def _parsed(text: str) -> dict[str, Any]:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return config if isinstance(config, dict) else {}


def _of_module(config: Mapping[str, Any], patterns: tuple[str, ...], usual: tuple[str, ...], path: str) -> Any:
    """Return a module's own value, else the usual one.

    PEFT takes the patterns for regular expressions; a stranger's are compared as the ends of paths that they are.
    """
    for name in patterns:
        own = config.get(name)
        for end, value in own.items() if isinstance(own, dict) else ():
            if f".{path}".endswith("." + end.removeprefix("^")) and _is_number(value):
                return value
    return next((config[name] for name in usual if _is_number(config.get(name))), None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0

"""LoRAs on the shared transformer: put on, and taken off without a trace."""

import hashlib
from typing import Any

from backend.errors import Problem, Unsupported
from backend.local.loras import LoraFile


class Adapters:
    """Keeps the LoRAs of the last drawing on, since the next one often has the same."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._on: tuple[str, ...] = ()

    def put_on(self, loras: tuple[LoraFile, ...]) -> None:
        """Leave exactly these LoRAs on; raise `Unsupported` where one doesn't fit this model."""
        names = tuple(_name(lora) for lora in loras)
        if set(names) != set(self._on):
            self._take_off()
            for name, lora in zip(names, loras, strict=True):
                self._load(name, lora)
            self._on = names
        if names:
            self._pipe.set_adapters(list(names), [lora.weight for lora in loras])

    def _load(self, name: str, lora: LoraFile) -> None:
        try:
            self._pipe.load_lora_weights(lora.path.parent, weight_name=lora.path.name, adapter_name=name)
            fitted = any(name in on for on in self._pipe.get_list_adapters().values())
        except Exception as error:  # Each layout of LoRA files fails in a way of its own.
            self._take_off()
            raise _misfit(lora) from error
        if not fitted:
            self._take_off()
            raise _misfit(lora)

    def _take_off(self) -> None:
        self._on = ()
        self._pipe.unload_lora_weights()


def _name(lora: LoraFile) -> str:
    stamp = lora.path.stat()
    return "lora_" + hashlib.sha256(f"{lora.path}|{stamp.st_mtime_ns}|{stamp.st_size}".encode()).hexdigest()[:16]


def _misfit(lora: LoraFile) -> Unsupported:
    message = f"{lora.path.name} doesn't fit this model: it was made for another one, or for another size of it."
    return Unsupported([Problem("loras", message)])

"""LoRAs on the shared transformer: put on, and taken off without a trace."""

import hashlib
import re
from typing import Any

from backend.adapters.local.drawing.loras import LoraFile
from backend.domain.errors import Problem, Unsupported


class Adapters:
    """Keeps the LoRAs of the last drawing on, since the next one often has the same.

    `exact` says whether the transformer is stored as it is computed. Where it isn't, a LoRA would be stored in fp8 like
    the layers that it is put on, in which torch can't add it up.
    """

    def __init__(self, pipe: Any, *, exact: bool = True) -> None:
        self._pipe, self._exact = pipe, exact
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
            if not self._exact:
                self._store_exactly(name, lora)
            fitted = any(name in on for on in self._pipe.get_list_adapters().values())
        except Exception as error:  # Each layout of LoRA files fails in a way of its own.
            self._take_off()
            raise _misfit(lora) from error
        if not fitted:
            self._take_off()
            raise _misfit(lora)

    def _store_exactly(self, name: str, lora: LoraFile) -> None:
        import torch

        kind = self._pipe.vae.dtype
        stored = self._pipe.lora_state_dict(lora.path.parent, weight_name=lora.path.name)
        parameters = dict(self._pipe.transformer.named_parameters())
        for key, value in stored.items():
            where = re.sub(r"\.(lora_[AB])\.", rf".\1.{name}.", key.removeprefix("transformer."))
            if where in parameters:
                parameters[where].data = torch.as_tensor(value).to(parameters[where].device, kind)

    def _take_off(self) -> None:
        self._on = ()
        self._pipe.unload_lora_weights()


def _name(lora: LoraFile) -> str:
    stamp = lora.path.stat()
    return "lora_" + hashlib.sha256(f"{lora.path}|{stamp.st_mtime_ns}|{stamp.st_size}".encode()).hexdigest()[:16]


def _misfit(lora: LoraFile) -> Unsupported:
    message = f"{lora.path.name} doesn't fit this model: it was made for another one, or for another size of it."
    return Unsupported([Problem("loras", message)])

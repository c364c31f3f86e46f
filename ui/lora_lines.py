"""LoRAs as lines of text: `model @ weight`, one a line."""

from collections.abc import Iterable, Mapping
from typing import Any

AT = "@"


def read_loras(text: str) -> list[dict[str, Any]]:
    """Return model and weight of each line; a line without a weight has the default one.

    A weight that is no number stays text, so that the check of the field names it.
    """
    return [_read(line.strip()) for line in text.splitlines() if line.strip()]


def write_loras(loras: Iterable[Mapping[str, Any]]) -> str:
    """Return LoRAs as lines."""
    return "\n".join(f"{lora['model']} {AT} {lora.get('weight', 1.0):g}" for lora in loras)


def _read(line: str) -> dict[str, Any]:
    # The last one: identifiers of providers hold an @ too, as in `civitai:58390@62833 @ 0.8`.
    model, at, weight = line.rpartition(f" {AT}")
    return {"model": model.strip(), "weight": weight.strip()} if at else {"model": line}

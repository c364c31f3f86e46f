"""LoRAs as lines of text: `model @ weight`, one a line."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

AT = "@"
_CLOSE = re.compile(r"(?P<model>.*[^\s@])@\s*(?P<weight>[-+]?\d*\.\d+|(?<!\w:\d@)(?<!\d@)[-+]?[0-4]|-[0-4])\s*")
"""`name@0.8` and `name@1`, and not `civitai:58390@62833` or `runware:100@1`, which are identifiers."""


def read_loras(text: str) -> list[dict[str, str]]:
    """Return model and weight of each line; a line without a weight has the default one.

    A weight that is no number stays text, so that the check of the field names it.
    """
    return [_read(line.strip()) for line in text.splitlines() if line.strip()]


def write_loras(loras: Iterable[Mapping[str, Any]]) -> str:
    """Return LoRAs as lines."""
    return "\n".join(f"{lora['model']} {AT} {lora.get('weight', 1.0):g}" for lora in loras)


def _read(line: str) -> dict[str, str]:
    # The last one: identifiers of providers hold an @ too, as in `civitai:58390@62833 @ 0.8`.
    model, at, weight = line.rpartition(f" {AT}")
    if at:
        return {"model": model.strip(), "weight": weight.strip()}
    found = _CLOSE.fullmatch(line)
    return {"model": found["model"].strip(), "weight": found["weight"]} if found else {"model": line}

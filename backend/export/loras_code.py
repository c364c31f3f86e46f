"""LoRAs in a program for diffusers."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from backend.adapters.provider.programs.literal import harmless
from backend.domain.parts import Lora

SUFFIX = ".safetensors"
_HUB_FILE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+?)(?:/(?P<file>[\w./ -]+\.safetensors))?")
_WHOLE = """

class Whole(logging.Handler):
    def emit(self, record):  # diffusers only warns where it can't use a LoRA's layout whole
        raise SystemExit(f"This LoRA's layout is the playground's alone to load: {record.getMessage()}")


whole = Whole(level=logging.WARNING)
logging.getLogger("diffusers").addHandler(whole)
"""


def lora_files(loras: Sequence[Lora]) -> Iterator[str]:
    """Yield the files that have to lie beside the program: those that aren't the hub's."""
    yield from (harmless(_file(lora)) for lora in loras if not _of_hub(lora))


def lora_lines(loras: Sequence[Lora]) -> str:
    """Return the lines that put the LoRAs on `pipe`; nothing without any."""
    if not loras:
        return ""
    names = [f"lora_{number}" for number in range(1, len(loras) + 1)]
    loaded = [
        f"pipe.load_lora_weights({_place(lora)}, adapter_name={json.dumps(name)})\n"
        for lora, name in zip(loras, names, strict=True)
    ]
    on = f"pipe.set_adapters({json.dumps(names)}, {[lora.weight for lora in loras]})\n"
    return "".join((_WHOLE, *loaded, on, 'logging.getLogger("diffusers").removeHandler(whole)\n'))


def _place(lora: Lora) -> str:
    found = _of_hub(lora)
    if not found:
        return f'".", weight_name={json.dumps(_file(lora), ensure_ascii=False)}'
    return json.dumps(found["repo"]) + (f", weight_name={json.dumps(found['file'])}" if found["file"] else "")


def _of_hub(lora: Lora) -> "re.Match[str] | None":
    return _HUB_FILE.fullmatch(lora.model) if not lora.model.startswith((".", "/")) else None


def _file(lora: Lora) -> str:
    name = PurePath(lora.model).name
    return name if name.endswith(SUFFIX) else name + SUFFIX

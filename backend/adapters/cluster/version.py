"""The version of what a replica runs: a mark of its code and its libraries, which changes with any of them."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_BACKEND = Path(__file__).parents[2]
_PRESETS = _BACKEND.parent / "presets"
_DATA = ("*.json", "*.txt", "*.safetensors", "*.model")
LIBRARIES = ("torch", "diffusers", "transformers", "peft", "safetensors", "accelerate", "torchao", "numpy", "Pillow")
"""Those that decide over an image's pixels."""


def code_version(backend: Path = _BACKEND, presets: Path = _PRESETS) -> str:
    """Return 12 hexadecimal digits of a sha256 over the engine's sources, the small model and the libraries."""
    mark = hashlib.sha256()
    for path in _files(backend, presets):
        mark.update(str(path.relative_to(backend.parent)).encode() + b"\0" + path.read_bytes())
    mark.update(" ".join(f"{name}={_version(name)}" for name in LIBRARIES).encode())
    return mark.hexdigest()[:12]


def _files(backend: Path, presets: Path) -> Iterator[Path]:
    yield from sorted(backend.rglob("*.py"))
    for pattern in _DATA:
        yield from sorted(presets.rglob(pattern))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"

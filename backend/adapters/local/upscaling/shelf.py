"""The files of upscalers on this machine, by the names that a request has for them."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from backend.domain.errors import Problem, Unsupported
from backend.domain.requests import LANCZOS

SUFFIX = ".safetensors"
FOLDERS = frozenset({"upscale_models", "upscalers", "esrgan", "realesrgan", "bsrgan", "swinir", "dat", "spandrel"})
"""What ComfyUI, A1111, Forge and InvokeAI call the folders of upscalers, in lower case."""


def is_upscaler(role: str, path: Path) -> bool:
    """Return whether a file may be an upscaler by what its tensors say, or else by the folder that it lies in."""
    return role == "upscaler" or (role == "unknown" and any(each.name.lower() in FOLDERS for each in path.parents))


class UpscalerShelf:
    """Where upscalers are looked for: the owner's own `folder`, and the `others` that the models' folders hold."""

    def __init__(self, folder: Path, others: Callable[[], Iterable[Path]] = tuple) -> None:
        self.folder = folder
        self._others = others

    def names(self) -> tuple[str, ...]:
        """Return what a request may name: Lanczos, then the files without their ending, by name."""
        return (LANCZOS, *sorted(self._files(), key=str.casefold))

    def find(self, name: str) -> Path:
        """Return the file of this name; raise `Unsupported` where it isn't here any more."""
        path = self._files().get(name)
        if path is None:
            raise Unsupported([Problem("upscaler", f"{name!r} isn't here: choose {LANCZOS}, or one that is listed.")])
        return path

    def _files(self) -> Mapping[str, Path]:
        """Return the files by name; of two of one name that of the owner's folder."""
        own = sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else ()
        found = (*sorted(self._others(), reverse=True), *own)
        named = {path.stem: path for path in found if path.suffix == SUFFIX and path.is_file()}
        return {name: path for name, path in named.items() if name != LANCZOS}

"""What lies in other tools' folders for this engine besides models, told apart by what the files are."""

from dataclasses import dataclass
from pathlib import Path

from backend.adapters.local.collection.collection import Z_IMAGE, Collection
from backend.adapters.local.collection.index import Entry
from backend.adapters.local.upscaling.shelf import is_upscaler


@dataclass(frozen=True, slots=True)
class Others:
    """The files of a collection's folders; the first question waits until they were looked through."""

    collection: Collection

    def loras(self) -> list[Path]:
        """Return the LoRAs that are for Z-Image, or that don't say for what."""
        return self._of("lora", "", Z_IMAGE)

    def controlnets(self) -> list[Path]:
        """Return the ControlNets for Z-Image."""
        return self._of("controlnet", Z_IMAGE) if self.collection.folders else []

    def upscalers(self) -> list[Path]:
        """Return what may be an upscaler."""
        found = self._entries() if self.collection.folders else ()
        return [Path(each.path) for each in found if is_upscaler(each.role, Path(each.path))]

    def _of(self, role: str, *architectures: str) -> list[Path]:
        fitting = [each for each in self._entries() if each.role == role and each.architecture in architectures]
        return [Path(each.path) for each in fitting]

    def _entries(self) -> tuple[Entry, ...]:
        return self.collection.entries() or self.collection.entries(wait=True)

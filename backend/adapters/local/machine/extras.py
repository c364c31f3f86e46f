"""What some requests need besides the model: fetched from the hub only after somebody pressed the button."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from huggingface_hub import try_to_load_from_cache
from pydantic import TypeAdapter

from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.memory import size_words
from backend.domain.parts import Part
from backend.library.shipped import FOLDER


class Extra(Part):
    """Files of one hub repository, with what they are for, their size in bytes, and their licence."""

    id: str
    name: str
    purpose: str
    repo: str
    files: tuple[str, ...]
    size: int
    licence: str

    @property
    def words(self) -> str:
        """Return name, size and licence."""
        return f"{self.name} ({size_words(self.size)}, {self.licence})"


PARTS = ("text_encoder", "vae", "tokenizer")
"""The extras without which a transformer alone draws nothing."""


@lru_cache
def known_extras() -> Mapping[str, Extra]:
    """Return the extras that there are, by their ids."""
    read = TypeAdapter(list[Extra]).validate_json((FOLDER / "extras.json").read_text("utf-8"))
    return {extra.id: extra for extra in read}


class Extras:
    """The extras on this machine, and the downloads of others.

    `offered` says whether a visitor may start a download here; a stranger may not.
    """

    def __init__(self, *, offered: bool, endpoint: str | None = None, cache: Path | None = None) -> None:
        self._offered = offered
        self._cache = cache
        self._downloads = {
            name: Download(extra.repo, wanted=extra.files, total=extra.size, endpoint=endpoint, cache=cache)
            for name, extra in known_extras().items()
        }

    def file(self, name: str) -> Path | None:
        """Return where the first file of an extra lies, or None while one of them is missing."""
        extra = known_extras()[name]
        found = [try_to_load_from_cache(extra.repo, file, cache_dir=self._cache) for file in extra.files]
        paths = [Path(path) for path in found if isinstance(path, str)]
        return paths[0] if len(paths) == len(extra.files) else None

    def folder(self, name: str) -> Path | None:
        """Return the folder of an extra's files, or None while one of them is missing."""
        file = self.file(name)
        return file.parent if file else None

    def lacking(self, name: str) -> str | None:
        """Say in one or two sentences what an extra is, and how to get it; None where it is here."""
        if self.folder(name):
            return None
        extra, download = known_extras()[name], self._downloads[name]
        needs = f"{extra.purpose} need{'s' if extra.purpose.startswith('The ') else ''} {extra.words}"
        if download.busy:
            return f"{needs}, which is being downloaded: {download.done / 1e6:.0f} of {download.total / 1e6:.0f} MB."
        if download.error:
            return f"{needs}. {download.error}"
        return f"{needs}: {'get it beside the backend switch' if self._offered else 'its owner has to get it'}."

    def actions(self, names: tuple[str, ...]) -> dict[str, str]:
        """Offer the downloads of those that aren't here; pressing one is the yes."""
        if not self._offered:
            return {}
        return {
            f"get {name}": f"Get {known_extras()[name].words}"
            for name in names
            if not self._downloads[name].busy and self.folder(name) is None
        }

    def fetch(self, action: str, arrived: Callable[[], None] = lambda: None) -> None:
        """Start the download that an action names; `arrived` is called once it is here."""
        self._downloads[action.removeprefix("get ")].start(lambda _: arrived())

    def progress(self) -> tuple[str, float | None] | None:
        """Return what is being downloaded, in a sentence, with its fraction; None where nothing is."""
        for name, download in self._downloads.items():
            if download.busy:
                done = f"{download.done / 1e6:.0f} of {download.total / 1e6:.0f} MB"
                return f"Downloading {known_extras()[name].name}: {done}.", download.fraction
        return None

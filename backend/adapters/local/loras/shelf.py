"""LoRA files: found by name, path or hub id, and looked at before they are loaded."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from backend.adapters.local.loras.changes import header_of
from backend.adapters.local.loras.layout import lay_out
from backend.adapters.local.loras.refusals import named, not_whole, problem
from backend.adapters.local.loras.stored import refused_as
from backend.adapters.local.weights.recognise import Z_IMAGE, recognise
from backend.domain.errors import Problem, Unsupported
from backend.domain.parts import Lora

SUFFIX = ".safetensors"
_HUB_FILE = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(?:/(?P<file>[\w./ -]+\.safetensors))?")


@dataclass(frozen=True, slots=True)
class LoraFile:
    """A LoRA on disk and how strongly it acts."""

    path: Path
    weight: float


class LoraShelf:
    """Where LoRAs are looked for.

    `folder` is the owner's own, and `others` are files that the models' folders hold. `outside` also admits other files
    of this machine and the hub, which strangers must not name on somebody else's machine.
    """

    def __init__(self, folder: Path, *, outside: bool, others: Callable[[], Iterable[Path]] = tuple) -> None:
        self.folder = folder
        self._outside, self._others = outside, others

    def files(self) -> tuple[Path, ...]:
        """Return every file that a name alone is enough for; of two of one name that of the owner's folder."""
        own = sorted(self.folder.glob(f"*{SUFFIX}")) if self.folder.is_dir() else ()
        named = {path.stem: path for path in (*sorted(self._others(), reverse=True), *own) if path.is_file()}
        return tuple(named.values())

    def find(self, loras: tuple[Lora, ...]) -> tuple[LoraFile, ...]:
        """Return a request's LoRA files, fetched from the hub where needed; raise `Unsupported` with reasons."""
        found = tuple(LoraFile(self._path(lora.model), lora.weight) for lora in loras)
        if len({file.path for file in found}) < len(found):
            raise problem("names the same LoRA twice; give it once, with its whole weight.")
        for file in found:
            check(file.path)
        return found

    def names(self) -> tuple[str, ...]:
        """Return what lies in the owner's folder, by the names that a request may have for it."""
        return tuple(sorted(path.stem for path in self.folder.glob(f"*{SUFFIX}") if path.is_file()))

    def lacking(self, name: str) -> str | None:
        """Say that there is no such LoRA, or None: without a look at the hub, where it may be."""
        if self._here(name) or (self._outside and _HUB_FILE.fullmatch(name)):
            return None
        where = "give a .safetensors file, a hub id, or a name from" if self._outside else "choose one from"
        return f"{name!r} isn't here: {where} the folder {self.folder.name} of the data folder."

    def problems(self, loras: tuple[Lora, ...], weights: str) -> Iterator[Problem]:
        """Yield why files that are here can't be used, or not on weights stored so; what is on the hub, a run finds."""
        for at, lora in enumerate(loras):
            path = self._here(lora.model)
            if path is None:
                continue
            try:
                check(path)
                said = refused_as(path, weights)
            except Unsupported as error:
                said = error.problems[0].message
            if said:
                yield Problem(f"loras.{at}.model", said)

    def _path(self, name: str) -> Path:
        if path := self._here(name):
            return path
        match = _HUB_FILE.fullmatch(name) if self._outside else None
        if match is None:
            raise problem(str(self.lacking(name)))
        return fetched(match["repo"], match["file"])

    def _here(self, name: str) -> Path | None:
        own = self.folder / Path(name).name
        for path in (own, own.with_name(own.name + SUFFIX)):
            if path.suffix == SUFFIX and path.is_file():
                return path.resolve()
        for path in self._others():
            if path.stem == Path(name).name.removesuffix(SUFFIX) and path.is_file():
                return path.resolve()
        path = Path(name).expanduser()
        return path.resolve() if self._outside and path.is_file() else None


def fetched(repo: str, file: str | None) -> Path:
    """Return a LoRA of the hub, downloaded if it isn't in the cache; without `file` the repository's only one."""
    from huggingface_hub import HfApi, hf_hub_download

    try:
        if file is None:
            files = [name for name in HfApi().list_repo_files(repo) if name.endswith(SUFFIX)]
            if len(files) != 1:
                raise problem(f"{repo!r} has {len(files)} .safetensors files; name one: {repo}/<file>{SUFFIX}.")
            file = files[0]
        return Path(hf_hub_download(repo, file))
    except Unsupported:
        raise
    except Exception as error:  # The hub's client changes its HTTP library, and so its errors, between versions.
        raise problem(f"{repo!r} couldn't be fetched from the hub ({type(error).__name__}).") from error


def check(path: Path) -> None:
    """Raise `Unsupported` that says what a file is, where its header shows that it's no LoRA for Z-Image."""
    header = header_of(path)
    found, layout = recognise(header), lay_out(header.tensors)
    if found.role == "lora" and found.architecture not in ("", Z_IMAGE):
        raise problem(f"{path.name} is a LoRA for {found.architecture}, not for Z-Image.")
    if not layout.pieces and found.role != "lora":
        count = len(header.tensors)
        raise problem(f"{path.name} is no LoRA: it holds {count} tensors such as {named(header.tensors) or 'none'}.")
    if layout.unused:
        raise not_whole(path, layout.unused)

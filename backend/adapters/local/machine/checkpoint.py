"""Where a Z-Image model lies: in the project, in a folder, in files of its parts, or in the cache of the hub."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from huggingface_hub import try_to_load_from_cache

from backend.adapters.local.weights.header import BadFile
from backend.adapters.local.weights.signs import Part
from backend.domain.capabilities import Drawn

EMBEDDED = Path(__file__).parents[4] / "presets" / "tiny"
WALL = "wall/wall.json"
REAL = "Tongyi-MAI/Z-Image-Turbo"
REAL_BYTES = 33_000_000_000
"""What the hub's files of `REAL` weigh: 32.6 GB and its small ones (the transformer is in fp32 there)."""
REAL_PARAMETERS = {"transformer": 6_154_900_000, "text_encoder": 4_022_468_096, "vae": 83_800_000}
"""Numbers in its parts, counted on its own configurations."""
COMPONENTS: tuple[Part, ...] = ("transformer", "text_encoder", "vae")
_CALLED = {"text_encoder": "its text encoder", "vae": "its VAE", "tokenizer": "its tokenizer"}

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_INDEXES = ("diffusion_pytorch_model.safetensors.index.json", "model.safetensors.index.json")
_WEIGHTS = ("diffusion_pytorch_model.safetensors", "model.safetensors")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the weights of a part lie, with its configuration in the folder `config`: in that folder, or in `file`.

    In a file that holds several parts, the names of this one's tensors begin with `prefix`.
    """

    config: Path
    file: Path | None = None
    prefix: str = ""

    @property
    def files(self) -> tuple[Path, ...]:
        """Return the files of its weights."""
        return (self.file,) if self.file else weight_files(self.config)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model by name; `folder` is None while it has to be downloaded from `repo`.

    `parts` are those that lie elsewhere than in the folder, and `tokenizer` is the tokenizer's place where that is
    elsewhere: a folder, or the text encoder's GGUF file.
    """

    name: str
    folder: Path | None = None
    repo: str | None = None
    parts: tuple[tuple[str, Source], ...] = ()
    tokenizer: Path | None = None

    @property
    def embedded(self) -> bool:
        """Whether it is the small model that ships with the project."""
        return self.folder == EMBEDDED and not self.parts

    @property
    def file(self) -> Path | None:
        """Return the file that the model was named by: its transformer's, where that isn't in the folder."""
        return dict(self.parts)["transformer"].file if self.parts else None

    def source(self, part: str) -> Source:
        """Return where a part's weights lie."""
        assert self.folder is not None
        return dict(self.parts).get(part) or Source(self.folder / part)

    @property
    def title(self) -> str:
        """Return what others may know it by: a hub id, or a folder's name alone; where it lies is nobody's business."""
        return self.repo or ("presets/tiny" if self.embedded else self.name)

    @property
    def identity(self) -> str:
        """Return what no other model has: two folders may have the same name."""
        return str(self.file or self.folder or self.repo or self.name)

    def world(self) -> dict[str, Any]:
        """Return what the embedded model says of itself (`world.json`: sizes, words, scores); empty for others."""
        path = self.folder / "world.json" if self.folder else None
        return json.loads(path.read_text()) if path and path.exists() else {}

    def wall(self) -> tuple[Drawn, ...]:
        """Return the pictures beside the embedded model that it has drawn (`wall/wall.json`); none for others."""
        path = self.folder / WALL if self.folder else None
        if path is None or not path.exists():
            return ()
        told = json.loads(path.read_text(encoding="utf-8"))["drawn"]
        return tuple(_drawn(each, path.parent) for each in told)

    def problem(self) -> str | None:
        """Say what keeps the model from being loaded, with the way out, or None."""
        try:
            files = self.lacking()
        except BadFile as error:
            return str(error)
        if not files:
            return None
        if not self.file:
            return f"The folder of {self.name} lacks {files[0]}: give the folder of a whole Z-Image model."
        *others, last = dict.fromkeys(_CALLED[file.partition("/")[0]] for file in files)
        parts, them = (f"{', '.join(others)} and {last}", "them") if others else (last, "it")
        return (
            f"{self.file.name} is the transformer of a model, and {parts} can't be found: put {them} beside the file."
        )

    def lacking(self) -> tuple[str, ...]:
        """Name the files that are missing from the folder; a model without any can be loaded."""
        return tuple(_lacking(self.folder, self)) if self.folder else ("model_index.json",)


EMBEDDED_MODEL = Checkpoint("the small embedded model", EMBEDDED)


def find(model: str) -> Checkpoint | None:
    """Find a model by `tiny`, a folder or a hub id; None where the text is neither of them."""
    folder = Path(model).expanduser()
    if model == "tiny":
        return EMBEDDED_MODEL
    if model and folder.is_dir():
        return Checkpoint(folder.name, folder.resolve())
    if _HUB_ID.fullmatch(model):
        return Checkpoint(model.partition("/")[2], cached(model), model)
    return None


def cached(repo: str) -> Path | None:
    """Return the folder of the hub's cache in which the model lies whole, or None."""
    index = try_to_load_from_cache(repo, "model_index.json")
    if not isinstance(index, str):
        return None
    folder = Path(index).parent
    return folder if not any(_lacking(folder, Checkpoint(repo, folder))) else None


def _lacking(folder: Path, checkpoint: Checkpoint) -> Iterator[str]:
    if not (folder / "model_index.json").exists():
        yield "model_index.json"
    if not (checkpoint.tokenizer or folder / "tokenizer").exists():
        yield "tokenizer"
    for name in COMPONENTS:
        source = checkpoint.source(name)
        if source.file is None:
            yield from (f"{name}/{file}" for file in lacking_of(source.config))


def lacking_of(component: Path) -> Iterator[str]:
    """Name what a folder lacks to be a part of a model in diffusers' layout."""
    if not (component / "config.json").exists():
        yield "config.json"
    for name in _INDEXES:
        if (component / name).exists():
            yield from (file for file in shards(component / name) if not (component / file).exists())
            return
    if not any((component / name).exists() for name in _WEIGHTS):
        yield "the weights (.safetensors)"


def weight_files(component: Path) -> tuple[Path, ...]:
    """Return the files of a part's weights in diffusers' layout; others beside them are copies in another precision."""
    for name in _INDEXES:
        if (component / name).exists():
            return tuple(component / file for file in shards(component / name))
    return tuple(component / name for name in _WEIGHTS if (component / name).exists())[:1]


def shards(index: Path) -> tuple[str, ...]:
    """Return the files that an index names; raise `BadFile` where one would lie outside of its folder."""
    try:
        files = sorted(set(json.loads(index.read_text("utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{index.name} of {index.parent.name} is no list of files that can be read.") from error
    for file in files:
        if Path(str(file)).name != file:
            raise BadFile(f"{index.name} names the file {str(file)[:60]!r}, which lies outside of the model's folder.")
    return tuple(files)


def _drawn(told: Mapping[str, Any], folder: Path) -> Drawn:
    pictures = {name: folder / file for name, file in told.get("pictures", {}).items()}
    mode, settings = told.get("mode", "text_to_image"), told.get("settings", {})
    return Drawn(told["prompt"], told["seed"], folder / told["picture"], mode, settings, pictures)

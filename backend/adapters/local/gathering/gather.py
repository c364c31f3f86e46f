"""A model out of single files: the transformer's, and beside it what else it takes."""

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path

from huggingface_hub import try_to_load_from_cache

from backend.adapters.local.gathering.families import Family, family_of
from backend.adapters.local.machine.checkpoint import Checkpoint, Source, lacking_of
from backend.adapters.local.weights.header import BadFile, Header
from backend.adapters.local.weights.reading import ENDINGS, read_header
from backend.adapters.local.weights.recognise import Z_IMAGE, Recognised, Role, recognise
from backend.adapters.local.weights.scales import besides

_BESIDE = frozenset({"text_encoders", "text_encoder", "text encoder", "clip", "vae", "tokenizer"})
"""Folders of ComfyUI, Forge and SwarmUI in which a transformer's other parts lie, in small letters."""
_ABOVE = 3
"""Folders above a file in which such folders are looked for: `models/diffusion_models/z-image/file`."""
_MOST_FILES = 2000
_COMFYUIS = Path("comfy", "text_encoders", "qwen25_tokenizer")
"""ComfyUI's own copy of Qwen's tokenizer, which it has for Z-Image too."""
_WHAT: dict[Role, str] = {
    "text_encoder": "a text encoder",
    "vae": "a VAE",
    "lora": "a LoRA: choose it among the LoRAs",
    "controlnet": "a ControlNet",
    "upscaler": "an upscaler",
    "unknown": "no model that the playground knows",
}


def gather(file: Path, places: Iterable[Path] = ()) -> Checkpoint:
    """Return the model whose transformer, or all of which, lies in a file; parts that aren't found stay away.

    They are taken from the file itself, from beside it, from `places` (folders of models), or from the hub's folder
    that is here. Raises `BadFile` for a file that is no Z-Image transformer.
    """
    header, seen = look(file)
    prefix = _checked(header, seen)
    family = family_of(header, prefix)
    if family is None:
        raise BadFile(f"{file.name} is a Z-Image transformer of a size that the playground doesn't know.")
    parts = {"transformer": Source(family.folder / "transformer", file, prefix)}
    around = tuple(chain(_around(file), places))
    for part in ("text_encoder", "vae"):
        if source := _inside(part, header, seen, family) or _beside(part, around, family) or _on_the_hub(part, family):
            parts[part] = source
    tokenizer = _tokenizer(file, parts.get("text_encoder"), around, family)
    return Checkpoint(file.stem, family.folder, None, tuple(parts.items()), tokenizer)


def gather_folder(folder: Path, places: Iterable[Path] = ()) -> Checkpoint | None:
    """Return the model whose files lie in a folder, as ComfyUI keeps them; None where it holds none.

    Raises `BadFile` where it holds several.
    """
    found = [path for path in _files(folder) if _is_transformer(path)]
    if len(found) > 1:
        names = ", ".join(sorted(path.name for path in found)[:5])
        raise BadFile(f"{folder.name} holds {len(found)} models ({names}): name one of the files.")
    return gather(found[0], (folder, *places)) if found else None


def look(path: Path) -> tuple[Header, Recognised]:
    """Return a file's header and what it is, kept while the file stays as it is; raise `BadFile`."""
    try:
        stamp = path.stat()
    except OSError as error:
        raise BadFile(f"{path.name} can't be read: {error.strerror or type(error).__name__}.") from error
    return _look(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=64)
def _look(path: Path, _changed: int, _size: int) -> tuple[Header, Recognised]:
    header = read_header(path)
    return header, recognise(header)


def _checked(header: Header, seen: Recognised) -> str:
    name = header.path.name
    if "transformer" not in seen.parts:
        raise BadFile(f"{name} is {_WHAT.get(seen.role, 'no transformer')}, and no Z-Image model to draw with.")
    strangers = [
        each for each in header.tensors if not each.startswith(tuple(seen.parts.values())) and not besides(each)
    ]
    if seen.architecture == Z_IMAGE and strangers:
        more = f" and {len(strangers) - 1} more" if len(strangers) > 1 else ""
        raise BadFile(
            f"{name} holds {strangers[0]}{more}, which belongs to no part of a Z-Image model. Nothing of it was loaded."
        )
    if seen.architecture != Z_IMAGE:
        raise BadFile(f"{name} is a model of another kind ({seen.architecture}); the playground draws with Z-Image.")
    return seen.parts["transformer"]


def _is_transformer(path: Path) -> bool:
    try:
        _, seen = look(path)
    except BadFile:
        return False
    return seen.architecture == Z_IMAGE and "transformer" in seen.parts


def _inside(part: str, header: Header, seen: Recognised, family: Family) -> Source | None:
    prefix = next((prefix for name, prefix in seen.parts.items() if name == part), None)
    return None if prefix is None else Source(family.folder / part, header.path, prefix)


def _beside(part: str, places: Iterable[Path], family: Family) -> Source | None:
    for place in places:
        fitting = [path for path in _files(place) if _fits(part, path, family)]
        if fitting:
            path = min(fitting, key=_order)
            _, seen = look(path)
            return Source(family.folder / part, path, next(p for name, p in seen.parts.items() if name == part))
    return None


def _fits(part: str, path: Path, family: Family) -> bool:
    try:
        header, seen = look(path)
    except BadFile:
        return False
    return seen.role == part and family.fits(part, header, next(iter(seen.parts.values())))


def _order(path: Path) -> tuple[int, bool, str]:
    """Return what puts the exactest file first; a VAE of SD 3 has FLUX.1's shapes and other numbers, so it is last."""
    precision = look(path)[1].precision
    exact = next((place for place, kind in enumerate(("bf16", "fp32", "fp16", "fp8")) if precision.startswith(kind)), 9)
    return exact, "sd3" in path.name.lower(), path.name


def _on_the_hub(part: str, family: Family) -> Source | None:
    """Return a part that was fetched with the whole model, or of the embedded one."""
    for folder in (family.folder, *_snapshots(family)):
        if not any(lacking_of(folder / part)):
            return Source(folder / part)
    return None


def _snapshots(family: Family) -> Iterator[Path]:
    """Yield the hub's folder on this machine, also where only a part of the model was fetched."""
    for sign in (Path("model_index.json"), Path("tokenizer", "tokenizer.json")):
        found = try_to_load_from_cache(family.repo, sign.as_posix()) if family.repo else None
        if isinstance(found, str):
            yield Path(found).parents[len(sign.parts) - 1]


def _around(file: Path) -> Iterator[Path]:
    """Yield the folders in which other tools keep what goes with a file, the nearest first."""
    yield file.parent
    for above in islice(file.parents, 1, 1 + _ABOVE):
        yield from sorted(folder for folder in _folders(above) if folder.name.lower() in _BESIDE)


def _folders(place: Path) -> list[Path]:
    try:
        return [path for path in place.iterdir() if path.is_dir()]
    except OSError:
        return []


def _files(place: Path) -> Iterator[Path]:
    """Yield the files of weights in a folder and below, as many as a scan may take at most."""
    seen = 0
    for folder, _, names in os.walk(place):
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            if Path(name).suffix.lower() in ENDINGS:
                yield Path(folder, name)


def _tokenizer(file: Path, encoder: Source | None, places: Iterable[Path], family: Family) -> Path | None:
    """Return where the tokenizer is: beside the files, of the hub's, ComfyUI's own, or in the encoder's GGUF file."""
    beside = [encoder.file.parent] if encoder and encoder.file else []
    near = [each for place in (file.parent, *beside, *places) for each in (place / "tokenizer", place)]
    ours = [folder / "tokenizer" for folder in (family.folder, *_snapshots(family))]
    comfyuis = [root / _COMFYUIS for place in (*places, *file.parents) for root in (place, place.parent)]
    if found := next((place for place in (*near, *ours, *comfyuis) if _is_tokenizer(place)), None):
        return found
    metadata = look(encoder.file)[0].metadata if encoder and encoder.file else {}
    return encoder.file if encoder and "tokenizer.ggml.tokens" in metadata else None


def _is_tokenizer(folder: Path) -> bool:
    return any(all((folder / name).is_file() for name in names) for names in _TOKENIZERS)


_TOKENIZERS = (("tokenizer.json",), ("vocab.json", "merges.txt"))

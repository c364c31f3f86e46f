"""What is known of a LoRA besides its numbers: title, trigger words, a weight that it is meant for, a picture.

Trainers write into the file (kohya's `ss_`, https://github.com/Stability-AI/ModelSpec), downloaders beside it:
`.civitai.info` as Civitai's API answers (https://developer.civitai.com), A1111's `.json` (`extra_networks`),
`.metadata.json` of ComfyUI-Lora-Manager. Nothing of it is fetched.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from backend.adapters.base import LoraCard
from backend.adapters.local.loras.layout import KINDS, lay_out
from backend.adapters.local.loras.shelf import check
from backend.adapters.local.machine.memory import size_words
from backend.adapters.local.weights.header import BadFile, Value
from backend.adapters.local.weights.reading import read_header
from backend.domain.errors import Unsupported

MOST_WORDS = 12
_MOST_CHARACTERS = 80
_MOST_BYTES = 2 * 2**20
_BESIDE = (".civitai.info", ".json", ".metadata.json")
_PICTURES = (".preview.png", ".preview.jpg", ".preview.jpeg", ".preview.webp", ".png", ".jpg", ".jpeg", ".webp")
_PHRASES = ("modelspec.trigger_phrase", "trigger_phrase", "trigger_word", "trigger_words")
_TITLES = ("modelspec.title", "ss_output_name")
_WEIGHT = (-4.0, 4.0)


def card_of(path: Path) -> LoraCard:
    """Return a file's card; one that can't be used says why."""
    newest = max((each.stat().st_mtime_ns for each in (path, *_beside(path)) if each.exists()), default=0)
    return _card(path, newest)


@lru_cache(maxsize=5000)
def _card(path: Path, _: int) -> LoraCard:
    told = [_read(each) for each in _beside(path)]
    try:
        header = read_header(path)
        check(path)
    except (BadFile, Unsupported) as error:
        return LoraCard(id=path.stem, title=path.stem, about="", problem=_said(path, error))
    kinds = ", ".join(KINDS[kind] for kind in KINDS if kind in lay_out(header.tensors).kinds)
    return LoraCard(
        id=path.stem,
        title=_title(told, header.metadata) or path.stem,
        about=f"{kinds} · {size_words(path.stat().st_size)}",
        words=_words(told, header.metadata),
        weight=_weight(told),
        pictured=picture_of(path) is not None,
    )


def _said(path: Path, error: Exception) -> str:
    """Return a refusal without the file's name, which stands above it."""
    said = str(error).removeprefix("`loras`: ").removeprefix(f"{path.name} ")
    return said[:1].upper() + said[1:]


def picture_of(path: Path) -> Path | None:
    """Return the preview picture that lies beside a file."""
    return next((each for end in _PICTURES if (each := path.with_suffix(end)).is_file()), None)


def _beside(path: Path) -> list[Path]:
    return [path.with_suffix(end) for end in _BESIDE]


def _read(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            return {}
        told = json.loads(path.read_text("utf-8", "replace"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _title(told: Iterable[Mapping[str, Any]], metadata: Mapping[str, Value]) -> str:
    named = [each["model"].get("name") for each in told if isinstance(each.get("model"), dict)]
    named += [each.get("model_name") for each in told] + [metadata.get(key) for key in _TITLES]
    return next((name.strip()[:_MOST_CHARACTERS] for name in named if isinstance(name, str) and name.strip()), "")


def _words(told: Iterable[Mapping[str, Any]], metadata: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the words that call the LoRA; where nobody says them, the ones that it was trained with most."""
    given = [*_told_words(told), *(metadata.get(key) for key in _PHRASES)]
    found = [word for text in given if isinstance(text, str) for word in re.split(r"[,\n]", text)]
    known = dict.fromkeys(word.strip()[:_MOST_CHARACTERS] for word in (found or _tags(metadata)) if word.strip())
    return tuple(known)[:MOST_WORDS]


def _told_words(told: Iterable[Mapping[str, Any]]) -> Iterator[object]:
    for each in told:
        within = each.get("civitai")
        for one in (each, within if isinstance(within, dict) else {}):
            trained = one.get("trainedWords")
            yield from trained if isinstance(trained, list) else ()
        yield each.get("activation text")


def _tags(metadata: Mapping[str, Value]) -> list[str]:
    try:
        counted = json.loads(str(metadata.get("ss_tag_frequency", "{}")))
        tags: Counter[str] = Counter()
        for folder in counted.values():
            tags.update({str(tag): int(count) for tag, count in folder.items()})
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []
    return [tag for tag, _ in tags.most_common(MOST_WORDS)]


def _weight(told: Iterable[Mapping[str, Any]]) -> float:
    for each in told:
        weight = each.get("preferred weight")
        if isinstance(weight, int | float) and weight and _WEIGHT[0] <= weight <= _WEIGHT[1]:
            return float(weight)
    return 1.0

"""Whether a server draws the same picture again from the same seed: shown by a visitor's own repeats, never bought.

A whole request that a visitor happens to make twice, or that the owner has ordered twice by "Prove", either gives the
same pixels or it doesn't. Kept in a file of the data folder; of pictures there are only hashes in it.
"""

import hashlib
import io
import json
import logging
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.domain.errors import PlaygroundError
from backend.images.storage.files import ImageFiles

log = logging.getLogger(__name__)

Verdict = Literal["unproven", "proven", "refuted"]
MOST_REMEMBERED = 500
"""Requests whose picture is remembered; of each, some 200 bytes."""
MOST_DIFFERENCE = 2.0
"""Of 255, the mean over all pixels by which two lossy files of one picture may differ; lossless ones may not at all."""
_LOSSY = ("JPEG", "WEBP")


class _Seen(BaseModel):
    """A picture that came of a request: the hash of its pixels, and of its file where that is a lossy one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    pixels: str
    file: str | None = None


class _Memory(BaseModel):
    """What is kept in the file."""

    model_config = ConfigDict(extra="ignore")

    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    seen: dict[str, _Seen] = Field(default_factory=dict)


class Seeds:
    """What one server's pictures have shown; safe for many threads.

    `place` is what is asked (address, model and path): another model behind the same name has to prove itself anew.
    """

    def __init__(self, path: Path, files: ImageFiles) -> None:
        self._path, self._files = path, files
        self._lock = threading.Lock()
        memory = _read(path)
        self._verdicts, self._seen = memory.verdicts, OrderedDict(memory.seen)

    def verdict(self, place: str) -> Verdict:
        """Return what is known by now."""
        return self._verdicts.get(place, "unproven")

    def see(self, place: str, asked: str, content: bytes) -> Verdict:
        """Take in a whole picture file that came of a request (`asked`, its hash); return what is known with it."""
        now = _seen(content)
        with self._lock:
            before = self._seen.pop(asked, None)
            agrees = None if before is None else self._agree(before, now, content)
            if agrees is not None:
                self._verdicts[place] = "proven" if agrees else "refuted"
            self._seen[asked] = now
            while len(self._seen) > MOST_REMEMBERED:
                self._seen.popitem(last=False)
            self._keep()
            return self.verdict(place)

    def _agree(self, before: _Seen, now: _Seen, content: bytes) -> bool | None:
        """Return whether two pictures are the same; None where the earlier one is gone and can't be looked at."""
        if before.pixels == now.pixels:
            return True
        if before.file is None or now.file is None:
            return False
        try:
            with Image.open(self._files.path(before.file)) as earlier, Image.open(io.BytesIO(content)) as later:
                return alike(earlier.convert("RGB"), later.convert("RGB"))
        except (PlaygroundError, OSError):
            return None

    def _keep(self) -> None:
        text = _Memory(verdicts=self._verdicts, seen=dict(self._seen)).model_dump_json(exclude_none=True)
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._path)
        except OSError as error:  # A picture isn't lost over it; what was seen is known until the playground ends.
            log.warning("What pictures say of a server's seeds isn't kept: %s", error)


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two RGB images of lossy files show the same: of one size, and within `MOST_DIFFERENCE` on average."""
    if one.size != other.size:
        return False
    difference = np.abs(np.asarray(one, dtype=np.int16) - np.asarray(other, dtype=np.int16))
    return float(difference.mean()) <= MOST_DIFFERENCE


def mark_of(*parts: object) -> str:
    """Return a hash of plain values, which says nothing of them."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _seen(content: bytes) -> _Seen:
    with Image.open(io.BytesIO(content)) as picture:
        lossy = picture.format in _LOSSY
        pixels = picture.convert("RGB")
    digest = hashlib.sha256(repr(pixels.size).encode() + pixels.tobytes()).hexdigest()
    return _Seen(pixels=digest, file=hashlib.sha256(content).hexdigest() if lossy else None)


def _read(path: Path) -> _Memory:
    try:
        return _Memory.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return _Memory()
    except (OSError, ValidationError) as error:
        log.warning("%s can't be read, so that seeds have to be proven anew: %s", path, error)
        return _Memory()

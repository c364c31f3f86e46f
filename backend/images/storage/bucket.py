"""Images in a store that several playgrounds share (S3 or another that fsspec knows), read through the data folder."""

import logging
import os
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.domain.errors import NotReady, StorageUnreachable
from backend.images.storage.disk import Disk, files_below
from backend.images.storage.files import SHA256, SUFFIXES, ImageFiles, missing
from backend.images.storage.known_files import MOST_KNOWN

TOLD_SECONDS = 20.0
"""How long the store needn't hear again that somebody wants an image: less than the trash spares what was just put."""

AWAY_SECONDS = 10.0
"""How long a store that didn't answer isn't asked for an image again."""

log = logging.getLogger(__name__)

PROBE = ".playground"
"""Written at the start: a store that takes nothing is better known before a run than after it."""


def open_images(folder: Path, url: str | None, disk: Disk | None = None) -> ImageFiles:
    """Return the images of a folder, or with `url` those of a store, for which the folder is the cache.

    Raises `NotReady` where the address can't be used, or the store takes nothing.
    """
    if url is None:
        return ImageFiles(folder, disk)
    store, root = _store_of(url)
    images = BucketFiles(folder, store, root, disk)
    try:
        images.try_out()
    except StorageUnreachable as error:
        raise NotReady(
            f"PLAYGROUND_IMAGES_URL names {root}, which can't be written to ({error.__cause__}): "
            "check that it exists, and the store's keys and endpoint (AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, …)."
        ) from error
    return images


class BucketFiles(ImageFiles):
    """Content-addressed images in a store, under the names that they have in the folder, which keeps copies.

    The folder may be emptied at any time: what is asked for is fetched again.
    """

    def __init__(self, folder: Path, store: Any, root: str, disk: Disk | None = None) -> None:
        super().__init__(folder, disk)
        self._store, self._root = store, root.rstrip("/")
        # A path from the root on has folders, which have to be made; what begins with a bucket's name has none.
        self._bucket = self._root.partition("/")[0]
        self._told: OrderedDict[str, float] = OrderedDict()
        self._away_until = 0.0

    def try_out(self) -> None:
        """Write an empty file; raise `StorageUnreachable` where the store refuses."""
        with _in_words("keep"):
            # Looked for first: some stores would make a bucket of a mistyped name.
            if self._bucket and not self._store.exists(self._bucket):
                raise FileNotFoundError(f"there is no bucket {self._bucket!r}")
            self._put(f"{self._root}/{PROBE}", b"")

    def seconds_since_put(self, sha256: str) -> float:
        """Return how long ago any playground last put the image; raise `NotFound` where it isn't there."""
        for suffix in SUFFIXES.values():
            put = self._put_at(self._name(self._target(sha256, suffix)))
            if put is not None:
                return (datetime.now(UTC) - put).total_seconds()
        raise missing(sha256)

    def candidates(self, before: float) -> Iterator[str]:
        """Yield the sha256 of every image in the store; `drop_old` looks when each was put."""
        with _in_words("list"):
            names = self._store.find(self._root)
        stems = (name.rpartition("/")[2].partition(".")[0] for name in names)
        yield from dict.fromkeys(stem for stem in stems if SHA256.fullmatch(stem))

    def drop_copies(self, before: float) -> int:
        """Remove copies in the folder that nobody has read since a moment; return their number."""
        old = [path for path, stat in files_below(self.folder) if stat.st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _keep(self, target: Path, content: bytes) -> None:
        # Also what is there already: its time tells the other playgrounds that somebody wants it.
        with _in_words("keep"):
            self._put(self._name(target), content)
        self._told[target.stem] = time.monotonic()
        while len(self._told) > MOST_KNOWN:
            self._told.popitem(last=False)
        super()._keep(target, content)

    def _renew(self, sha256: str) -> bool:
        told = self._told.get(sha256)
        lately = told is not None and time.monotonic() - told < TOLD_SECONDS
        return lately and super()._renew(sha256)

    def _has(self, target: Path) -> bool:
        try:
            os.utime(target)  # The copy is in use; when the image was put, the store knows.
        except OSError:
            pass
        else:
            return True
        if time.monotonic() < self._away_until:
            raise StorageUnreachable("The store of images doesn't answer: look again in a minute.")
        try:
            content = self._fetched(target)
        except StorageUnreachable:
            # A page of images would wait for each in turn.
            self._away_until = time.monotonic() + AWAY_SECONDS
            raise
        if content is None:
            return False
        self._write(target, content)
        return True

    def _fetched(self, target: Path) -> bytes | None:
        with _in_words("read"):
            try:
                content: bytes = self._store.cat_file(self._name(target))
            except FileNotFoundError:
                return None
        return content

    def _drop(self, target: Path) -> None:
        with _in_words("delete"):
            if self._store.exists(self._name(target)):
                self._store.rm_file(self._name(target))
        super()._drop(target)

    def _drop_old(self, target: Path, seconds: float) -> bool:
        # A store can't move a file aside at once, so that its time is looked at as late as can be.
        put = self._put_at(self._name(target))
        if put is not None and (datetime.now(UTC) - put).total_seconds() < seconds:
            return False
        self._drop(target)
        return put is not None

    def _put_at(self, name: str) -> datetime | None:
        with _in_words("read"):
            try:
                put: datetime = self._store.modified(name)
            except FileNotFoundError:
                return None
        return put

    def _put(self, name: str, content: bytes) -> None:
        if not self._bucket:
            self._store.makedirs(name.rpartition("/")[0], exist_ok=True)
        self._store.pipe_file(name, content)

    def _name(self, target: Path) -> str:
        return f"{self._root}/{target.relative_to(self.folder).as_posix()}"


def _store_of(url: str) -> tuple[Any, str]:
    from fsspec.core import url_to_fs

    try:
        store, root = url_to_fs(url, skip_instance_cache=True)
    except (ImportError, ValueError) as error:
        raise NotReady(
            f"PLAYGROUND_IMAGES_URL can't be used ({error}). For S3 give s3://bucket/folder and run "
            "`pip install -r requirements-scale.txt`; other stores need their own fsspec library."
        ) from error
    return store, str(root)


@contextmanager
def _in_words(doing: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # fsspec passes on whatever the store's own library raises, of many kinds.
        log.warning("The store of images did not %s an image: %s", doing, error)
        raise StorageUnreachable(
            f"The store of images could not {doing} an image ({type(error).__name__}): try it again in a minute; "
            "the playground's owner finds the reason in its log."
        ) from error

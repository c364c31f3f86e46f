"""The pictures that a result was made of, as far as its credentials name them."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property

from backend.domain.errors import PlaygroundError
from backend.domain.requests import ControlNet, Request, TextToImage, controls_of
from backend.images.credentials.checking import Checker
from backend.images.credentials.claim import Source
from backend.images.metadata.provenance import without_manifest
from backend.images.metadata.texts import has_manifest
from backend.images.storage.files import FORMATS, ImageFiles

MOST_MANIFEST = 2 * 2**20
"""Bytes of credentials that a result takes over of each picture; each edit adds some 7 KB."""
INPUT, CONTROL, THEIRS = "Input image", "Control image", "The provider's own file"
UNREAD = "{title}, whose Content Credentials could not be read"

log = logging.getLogger(__name__)


class Sources:
    """What the results of one request are made of; its pictures are looked at once for all of them."""

    def __init__(self, files: ImageFiles, checker: Checker, request: Request) -> None:
        self.files, self.checker, self.request = files, checker, request

    def of(self, theirs: bytes | None, image_format: str) -> list[Source]:
        """Return the sources of a result; `theirs` is a provider's own file of it: the parent, if it is signed."""
        if not theirs or not has_manifest(theirs):
            return self._given
        parent = self._with_file(Source(THEIRS, "parentOf", image_format, finished=True), theirs)
        return [parent, *(replace(each, relationship="inputTo") for each in self._given if each.content)]

    @cached_property
    def _given(self) -> list[Source]:
        """The picture that a mode edits, and of those that guide the ones with credentials. A mask is none of them."""
        found = []
        for title, sha256 in self._named():
            content, image_format = self._file(sha256)
            if title == INPUT:
                found.append(self._with_file(Source(title, "parentOf", image_format), content))
            elif has_manifest(content):
                found.append(self._with_file(Source(title, "inputTo", image_format), content))
        return found

    def _named(self) -> Iterator[tuple[str, str]]:
        request = self.request
        if not isinstance(request, TextToImage | ControlNet):
            yield INPUT, request.image
        yield from ((CONTROL, sha256) for sha256 in dict.fromkeys(control.image for control in controls_of(request)))

    def _file(self, sha256: str) -> tuple[bytes, str]:
        try:
            return self.files.read(sha256), FORMATS[self.files.path(sha256).suffix]
        except PlaygroundError as error:  # It may have been cleared away since; the result is there all the same.
            log.warning("What a picture was made of can't be looked at: %s", error)
            return b"", "png"

    def _with_file(self, bare: Source, content: bytes) -> Source:
        """Return a source with its file, where that has credentials that can be read in time and aren't too large."""
        if not has_manifest(content):
            return bare
        small = len(content) - len(without_manifest(content, bare.image_format)) <= MOST_MANIFEST
        private = self.checker.private_parts(content) if small else None
        if private is None:
            return replace(bare, title=UNREAD.format(title=bare.title))
        # A provider's picture is the result itself; of a visitor's own nobody else sees more than the result shows.
        return replace(bare, content=content, private=() if bare.finished else private)

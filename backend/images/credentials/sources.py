"""The pictures that a result was made of, as far as its credentials name them."""

import logging
from collections.abc import Iterator
from dataclasses import replace

from backend.domain.errors import PlaygroundError
from backend.domain.requests import ControlNet, Request, TextToImage, controls_of
from backend.images.credentials.checking import Checker
from backend.images.credentials.claim import Relationship, Source
from backend.images.metadata.provenance import without_manifest
from backend.images.metadata.texts import has_manifest
from backend.images.storage.files import FORMATS, ImageFiles

MOST_MANIFEST = 2 * 2**20
"""Bytes of credentials that a result takes over of each picture; each edit adds some 7 KB."""
INPUT, CONTROL, THEIRS = "Input image", "Control image", "The provider's own file"
UNREAD = "{title}, whose Content Credentials could not be read"

log = logging.getLogger(__name__)


def sources_of(files: ImageFiles, checker: Checker, request: Request, theirs: tuple[bytes, str] | None) -> list[Source]:
    """Return what a result of the request was made of; `theirs` is a provider's own file of it, and its format.

    The picture that a mode edits is named always, others where they have credentials. A mask is none of them.
    """
    found: list[Source] = []
    if theirs and has_manifest(theirs[0]):
        found.append(_with_file(checker, Source(THEIRS, "parentOf", theirs[1], finished=True), theirs[0]))
    for title, sha256 in _given(request):
        edited = title == INPUT
        relationship: Relationship = "parentOf" if edited and not found else "inputTo"
        content, image_format = _file(files, sha256)
        if has_manifest(content) or relationship == "parentOf":
            found.append(_with_file(checker, Source(title, relationship, image_format), content))
    return found


def _given(request: Request) -> Iterator[tuple[str, str]]:
    """Yield each picture once, as its title and sha256, the one that is edited first."""
    if not isinstance(request, TextToImage | ControlNet):
        yield INPUT, request.image
    yield from ((CONTROL, sha256) for sha256 in dict.fromkeys(control.image for control in controls_of(request)))


def _file(files: ImageFiles, sha256: str) -> tuple[bytes, str]:
    try:
        return files.read(sha256), FORMATS[files.path(sha256).suffix]
    except PlaygroundError as error:  # It may have been cleared away since; the result is there all the same.
        log.warning("What a picture was made of can't be looked at: %s", error)
        return b"", "png"


def _with_file(checker: Checker, bare: Source, content: bytes) -> Source:
    """Return a source with its file, where that has credentials that can be read in time and aren't too large."""
    if not has_manifest(content):
        return bare
    small = len(content) - len(without_manifest(content, bare.image_format)) <= MOST_MANIFEST
    private = checker.private_parts(content) if small else None
    if private is None:
        return replace(bare, title=UNREAD.format(title=bare.title))
    # A provider's picture is the result itself; of a visitor's own nobody else sees more than the result shows.
    return replace(bare, content=content, private=() if bare.finished else private)

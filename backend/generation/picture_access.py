"""What a caller may take for their request: pictures of their own, of their rooms, or of nobody."""

from pathlib import Path

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.requests import Request, references
from backend.images.incoming import check_size, read_header, take_upload
from backend.images.storage.files import missing
from backend.playground import Playground


def receive(playground: Playground, caller: Caller, path: Path) -> str:
    """Check a file that a visitor uploaded, keep it as theirs, and return its sha256.

    Raises `BadImage` for what is no picture that we take, and `NotFound` as `check_upload` does.
    """
    check_upload(playground, caller.visitor, path)
    sha256 = take_upload(playground.files, path)
    playground.holders.add_picture(sha256, caller.visitor)
    return sha256


def receive_bytes(playground: Playground, caller: Caller, content: bytes) -> str:
    """Check a picture that came inside a request, keep it as the caller's, and return its sha256; raises as `receive`.

    Raises `StorageFull` where there is no room for it.
    """
    check_size(len(content))
    header = read_header(content)
    playground.disk.check(len(content))
    sha256 = playground.files.put(content, header.format)
    if header.sides:
        playground.files.sides.note(sha256, header.sides)
    playground.holders.add_picture(sha256, caller.visitor)
    return sha256


def check_upload(playground: Playground, visitor: str, path: Path) -> None:
    """Raise `NotFound` for a file that was uploaded by another visitor, or is served to one.

    Gradio takes any path in its cache for an upload, so that another's could be read by its path.
    """
    if playground.holders.served(str(path), visitor) == "another's":
        raise NotFound("This upload isn't there any more; upload it again.")


def check_pictures(playground: Playground, caller: Caller, request: Request) -> None:
    """Raise `NotFound` for a picture of somebody else's, in the words in which a missing one is reported."""
    for sha256 in references(request):
        if playground.holders.picture(sha256, caller.visitor) == "another's":
            raise missing(sha256)


def picture(playground: Playground, caller: Caller, sha256: str) -> Path:
    """Return where a picture lies that the caller may see; raise `NotFound` for any other, there or not."""
    if playground.holders.picture(sha256, caller.visitor) == "another's":
        raise missing(sha256)
    return playground.files.path(sha256)

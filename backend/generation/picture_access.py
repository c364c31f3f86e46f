"""What a caller may take for their request: pictures of their own, of their rooms, or of nobody."""

from hashlib import file_digest
from hashlib import sha256 as sha256_of
from pathlib import Path

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, NotFound
from backend.domain.requests import Request, references
from backend.images.incoming import check_size, read_header, take_upload
from backend.images.storage.files import missing
from backend.playground import Playground


def receive(playground: Playground, caller: Caller, path: Path) -> str:
    """Check a file that a visitor uploaded, keep it as theirs, and return its sha256.

    A result of theirs goes on by its reference, however large it is. Raises `BadImage` for what is no picture that we
    take, and `NotFound` as `check_upload` does.
    """
    check_upload(playground, caller.visitor, path)
    try:
        sha256 = take_upload(playground.files, path)
    except BadImage:
        own = _own_picture(playground, caller, path)
        if own is None:
            raise
        return own
    playground.holders.add_picture(sha256, caller.visitor)
    return sha256


def _own_picture(playground: Playground, caller: Caller, path: Path) -> str | None:
    """Return the sha256 of a file that is byte for byte a picture of the caller's own in the data folder, else None."""
    now = path.stat()
    mark = ("own", str(path), now.st_size, now.st_mtime_ns)
    sha256 = playground.files.kept(mark)
    if sha256 is None:
        with path.open("rb") as file:
            sha256 = file_digest(file, "sha256").hexdigest()
    return playground.files.known.note(mark, sha256) if is_own(playground, caller, sha256) else None


def is_own(playground: Playground, caller: Caller, sha256: str) -> bool:
    """Return whether a picture lies in the data folder as the caller's own."""
    return playground.files.holds(sha256) and playground.holders.picture(sha256, caller.visitor) == "yours"


def receive_bytes(playground: Playground, caller: Caller, content: bytes) -> str:
    """Check a picture that came inside a request, keep it as the caller's, and return its sha256; raises as `receive`.

    Raises `StorageFull` where there is no room for it.
    """
    try:
        check_size(len(content))
        header = read_header(content)
    except BadImage:
        if is_own(playground, caller, own := sha256_of(content).hexdigest()):
            return own
        raise
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

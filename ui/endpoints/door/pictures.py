"""Pictures that come inside a request, and results that go out inside an answer."""

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, InvalidRequest, Problem
from backend.domain.records import RunImage
from backend.generation.picture_access import receive_bytes
from backend.playground import Playground
from ui.serving.uploads import Kept

_DATA = re.compile(r"data:[\w.+/-]*(?:;[\w=.+-]+)*;base64,", re.ASCII | re.IGNORECASE)
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.ASCII | re.IGNORECASE)
NO_ADDRESS = "is an address: this server fetches none, so send the picture's bytes in base64, or as a `data:` address."


@contextmanager
def of_field(name: str) -> Iterator[None]:
    """Say of a picture that can't be taken in which field it came; raises `InvalidRequest` for a `BadImage`."""
    try:
        yield
    except BadImage as error:
        raise InvalidRequest([Problem(name, f"can't be taken: {error}")]) from error


def keep(playground: Playground, caller: Caller, content: bytes, field: str) -> Kept:
    """Check a picture, keep it as the caller's, and return it; raises `InvalidRequest` with the field's name."""
    with of_field(field):
        return Kept(receive_bytes(playground, caller, content))


def decoded(text: object, field: str) -> bytes:
    """Return the bytes of a picture in base64, bare or as a `data:` address; raise `InvalidRequest` for anything else.

    An address on the net is never fetched.
    """
    if not isinstance(text, str) or not text.strip():
        raise InvalidRequest([Problem(field, "is no picture: send its bytes in base64, or as a `data:` address.")])
    head = _DATA.match(text)
    if head is None and _ADDRESS.match(text):
        raise InvalidRequest([Problem(field, NO_ADDRESS)])
    try:
        return base64.b64decode("".join(text[head.end() if head else 0 :].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest([Problem(field, "is no base64: encode the file's bytes again.")]) from error


def encoded(playground: Playground, image: RunImage) -> str:
    """Return a result's file as it is handed out everywhere, settings and marks of origin inside, in bare base64.

    Raises as `Served.copy` does where the file is gone or damaged.
    """
    return base64.b64encode(playground.files.whole(image.sha256)).decode()

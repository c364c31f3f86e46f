"""What a request brings: JSON or a form with files, read into values by name, and one hash of it all."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from backend.domain.errors import InvalidRequest, Problem

BODY = "body"
"""What is called wrong where no field can be named."""
MOST_FILES, MOST_FIELDS = 40, 400
MOST_FIELD_BYTES = 2**20
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
_HALF = re.compile("[\ud800-\udfff]")
Raw = bytes | FormData


@dataclass(frozen=True, slots=True)
class Body:
    """A request's values by name, texts where it was a form, the bytes of its files, and the sha256 of all of it.

    A form's names lose the `[]` that some clients write behind those that may come several times.
    """

    values: Mapping[str, object]
    digest: str
    files: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    is_form: bool = False


async def receive(request: Request) -> Raw:
    """Take a body in as it comes: a form is parsed on its way, anything else is kept as it is.

    Raises `InvalidRequest` for a form that can't be read.
    """
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return await request.body()
    try:
        return await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=MOST_FIELD_BYTES)
    except (HTTPException, MultiPartException, FormParserError, LookupError, ValueError) as error:
        raise InvalidRequest(
            [Problem(BODY, "is a form that can't be read: send it again as your client makes it.")]
        ) from error


def read(raw: Raw) -> Body:
    """Return what was taken in; raise `InvalidRequest` for what is no object of JSON, or holds text that is none."""
    if isinstance(raw, bytes):
        values = _json(raw)
        digest = hashlib.sha256(json.dumps(values, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
        body = Body(values, digest)
    else:
        body = _form(raw)
    _check_texts(body.values)
    return body


def _json(content: bytes) -> dict[str, object]:
    if not content.strip():
        return {}
    try:
        values = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest([Problem(BODY, f"is no JSON that can be read: {_why(error)}.")]) from error
    if not isinstance(values, dict):
        raise InvalidRequest([Problem(BODY, "is no object of JSON: send names with values.")])
    return values


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos}"
    return "a number or a text in it isn't one" if isinstance(error, ValueError) else "it is too deep"


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _form(form: FormData) -> Body:
    """Return a form's texts and files; what a client writes as `name[]`, and several times, is one list."""
    texts: dict[str, list[str]] = {}
    files: dict[str, list[bytes]] = {}
    digest = hashlib.sha256()
    for given, value in form.multi_items():
        name = given.removesuffix("[]")
        content = value.file.read() if isinstance(value, UploadFile) else value.encode(errors="surrogatepass")
        digest.update(f"{len(name)} {name} {len(content)} ".encode(errors="surrogatepass") + content)
        if isinstance(value, UploadFile):
            files.setdefault(name, []).append(content)
        else:
            texts.setdefault(name, []).append(value)
    values = {name: said[0] if len(said) == 1 else said for name, said in texts.items()}
    return Body(values, digest.hexdigest(), files, is_form=True)


def _check_texts(values: Mapping[str, object]) -> None:
    """Refuse texts that no database and no model takes, such as half of a pair of surrogates."""
    wrong = [name for name, value in values.items() for text in _texts(name, value) if not _is_text(text)]
    if wrong:
        named = dict.fromkeys(name if _is_text(name) else BODY for name in wrong)
        raise InvalidRequest([Problem(name, "holds a character that is none (NUL, or half of one).") for name in named])


def _texts(*values: object) -> Iterator[str]:
    left = list(values)
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            left += [*value.keys(), *value.values()]
        elif isinstance(value, list):
            left += value


def _is_text(text: str) -> bool:
    return "\0" not in text and (text.isascii() or not _HALF.search(text))

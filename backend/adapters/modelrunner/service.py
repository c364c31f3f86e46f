"""ModelRunner's queue and storage over HTTP, with a key for each call."""

import contextlib
import json
import logging
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, SecretStr

from backend.adapters.job import Waiter
from backend.adapters.modelrunner.refusals import refused
from backend.adapters.modelrunner.replies import Record, read_history
from backend.adapters.modelrunner.wire import ENDPOINT, Input, NewUpload
from backend.adapters.provider.files import decoded
from backend.adapters.provider.lenient import Text
from backend.adapters.provider.line import Call, Line, Reply
from backend.domain.errors import BadReply, GenerationFailed
from backend.domain.providers import MODELRUNNER

log = logging.getLogger(__name__)

MOST_IMAGE = 64 * 2**20
SUBMIT_SECONDS, QUESTION_SECONDS, UPLOAD_SECONDS = 60.0, 30.0, 120.0
EXPIRY_HEADER = "X-Modelrunner-Object-Lifecycle-Preference"
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class _Place(BaseModel):
    """Where a file is to be put, and where it lies then."""

    upload_url: Text = None
    file_url: Text = None


@dataclass(frozen=True, slots=True)
class Names:
    """What ModelRunner calls a request: its id, and the addresses that it named for it."""

    request_id: str
    status_url: str | None = None
    response_url: str | None = None


class Service:
    """ModelRunner; `storage_url` is the address of its uploads."""

    def __init__(self, line: Line, storage_url: str) -> None:
        self.line = line
        self.storage_url = storage_url.rstrip("/")

    def upload(self, png: bytes, key: SecretStr, *, expires_after: int | None) -> str:
        """Put an image (PNG) at a public address and return that; nothing is billed.

        Raises a `GenerationFailed` with why it can't be: `BadReply` where no address came.
        """
        question = NewUpload(file_name="control.png", content_type="image/png", size=len(png))
        reply = self.line.ask(
            Call(
                method="POST",
                url=f"{self.storage_url}/storage/upload/initiate",
                key=key,
                json=question.body(),
                headers=expiry(expires_after),
                seconds=QUESTION_SECONDS,
            )
        )
        if not reply.ok:
            raise refused(reply, key)
        payload = reply.json()
        place = _Place.model_validate(payload if isinstance(payload, dict) else {})
        if not place.upload_url or not re.match(r"https?://\S+$", place.file_url or ""):
            raise BadReply("ModelRunner named no address for the image; try again later.", billed="no")
        self._put(place.upload_url, png)
        return place.file_url or ""

    def submit(
        self,
        message: Input,
        key: SecretStr,
        *,
        metadata: Mapping[str, str],
        expires_after: int | None,
        waiter: Waiter,
    ) -> Reply:
        """Ask for images, once: it costs money, and ModelRunner can't tell a repeat from a second order.

        What surely didn't arrive is sent again while the `waiter` wants it.
        """
        return self.line.ask(
            Call(
                method="POST",
                url=f"/{ENDPOINT}",
                key=key,
                json={**message.body(), "metadata": dict(metadata)},
                headers=expiry(expires_after),
                pays=True,
                once=True,
                wanted=waiter.wants,
                told=waiter.hears,
                seconds=SUBMIT_SECONDS,
            )
        )

    def status(self, names: Names, key: SecretStr) -> Reply:
        """Ask how a request stands."""
        return self._get(self._trusted(names, names.status_url), key)

    def result(self, names: Names, key: SecretStr) -> Reply:
        """Ask what a request made."""
        return self._get(self._trusted(names, names.response_url), key)

    def record(self, request_id: str, key: SecretStr) -> Reply:
        """Ask for a request's record by its id alone; it has the price."""
        return self._get(_by_id(request_id), key)

    def find(self, metadata: Mapping[str, str], key: SecretStr) -> Record | None:
        """Return the request that was submitted with this metadata, or None; asks the history."""
        wanted = json.dumps(dict(metadata), separators=(",", ":"))
        reply = self._get(f"/requests?{urllib.parse.urlencode({'metadata': wanted, 'limit': 20})}", key)
        if not reply.ok:
            raise refused(reply, key, billed="unknown")
        return next((entry for entry in read_history(reply.json()) if _carries(entry, metadata)), None)

    def fetch(self, address: str) -> bytes:
        """Return the file at an address that an output named, without the key; raise `BadReply` for a broken one."""
        if address.startswith("data:"):
            return decoded(MODELRUNNER.label, address)
        return self.line.fetch(address, most_bytes=MOST_IMAGE)

    def _put(self, url: str, png: bytes) -> None:
        call = Call(method="PUT", url=url, content=png, headers={"Content-Type": "image/png"}, seconds=UPLOAD_SECONDS)
        with _unbilled():
            reply = self.line.ask(call)
        if not reply.ok:
            raise BadReply(
                f"ModelRunner's store refused the image with status {reply.status}; try again later.", billed="no"
            )

    def _get(self, url: str, key: SecretStr) -> Reply:
        return self.line.ask(Call(url=url, key=key, seconds=QUESTION_SECONDS))

    def _trusted(self, names: Names, named: str | None) -> str:
        if named and self.line.may_see_key(named):
            return named
        if named:
            log.warning("ModelRunner named an address on another host for %s; asking by its id.", names.request_id)
        return _by_id(names.request_id)


def expiry(seconds: int | None) -> dict[str, str]:
    """Return the header that lets files expire, or none."""
    return {} if seconds is None else {EXPIRY_HEADER: json.dumps({"expiration_duration_seconds": seconds})}


def _by_id(request_id: str) -> str:
    if not REQUEST_ID.fullmatch(request_id):
        raise BadReply("ModelRunner's id for this run can't be one; look the run up at modelrunner.ai.")
    return f"/requests/{request_id}"


def _carries(entry: Record, metadata: Mapping[str, str]) -> bool:
    held: Any = entry.metadata
    return entry.id is not None and isinstance(held, dict) and all(held.get(k) == v for k, v in metadata.items())


@contextlib.contextmanager
def _unbilled() -> Iterator[None]:
    try:
        yield
    except GenerationFailed as error:
        error.billed = "no"
        raise

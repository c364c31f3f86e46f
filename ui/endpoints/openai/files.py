"""Addresses of results that open without a cookie for an hour: signed, so that nobody can make one up."""

import base64
import hashlib
import hmac
import time

from backend.domain.errors import BadImage, NotFound
from backend.domain.records import RunImage
from backend.images.storage.files import SUFFIXES
from backend.playground import Playground
from backend.visitors.addresses import address_secret
from ui.endpoints.door.route import Call, Reply

PATH = "/v1/images/files/"
GOOD_SECONDS = 3600
_GONE = "There is no such picture, or its address was good for an hour and that is over: it is in the history still."
_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
_MAC_BYTES, _TIME_BYTES = 16, 5


class Files:
    """Makes and opens addresses; every process on one data folder knows those of the others."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self._secret = address_secret(playground.settings.data)

    def address(self, image: RunImage, base: str) -> str:
        """Return where a result can be fetched from now on for an hour; `base` is this playground's own address."""
        until = int(time.time()) + GOOD_SECONDS
        told = bytes.fromhex(image.sha256) + until.to_bytes(_TIME_BYTES, "big")
        token = base64.urlsafe_b64encode(told + self._mac(told)).decode().rstrip("=")
        return f"{base.rstrip('/')}{PATH}{token}{SUFFIXES[image.format]}"

    def fetch(self, call: Call) -> Reply:
        """Answer with the picture; raise `NotFound` for an address that was never made, or is over."""
        name, _, suffix = call.request.path_params["name"].rpartition(".")
        kind = _KINDS.get(f".{suffix}")
        sha256 = self._read(name)
        if kind is None or sha256 is None:
            raise NotFound(_GONE)
        try:
            content = self.playground.files.whole(sha256)
        except BadImage as error:
            raise NotFound(str(error)) from error
        return Reply(content, headers={"content-type": kind, "cache-control": f"private, max-age={GOOD_SECONDS}"})

    def _read(self, token: str) -> str | None:
        try:
            told = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return None
        told, mac = told[:-_MAC_BYTES], told[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(told)):
            return None
        until = int.from_bytes(told[-_TIME_BYTES:], "big")
        return told[:-_TIME_BYTES].hex() if until > time.time() else None

    def _mac(self, told: bytes) -> bytes:
        return hmac.new(self._secret, b"results " + told, hashlib.sha256).digest()[:_MAC_BYTES]

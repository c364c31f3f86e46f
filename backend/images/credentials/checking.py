"""Content Credentials of a file, checked in a process of its own within bounds of time and memory."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.images.credentials import reader
from backend.images.credentials.library import package_folder
from backend.images.metadata.credentials import NOT_CHECKED, UNREADABLE, Credentials, Ingredient, Standing

AT_ONCE = 2
"""Files that are checked at the same time; whoever comes then waits."""
MOST_PRIVATE = 200
_UNTRUSTED = "signingCredential.untrusted"
_OF_THE_CERTIFICATE = ("signingCredential.", "claimSignature.outsideValidity", "timeStamp.")
_CHANGED = ("mismatch", "missing")
_MOST_ANSWER = 2**20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checker:
    """Checks Content Credentials against the owner's list of certificates, and knows those that were signed here."""

    trusted: str = ""
    """Certificates in PEM: whose signatures, or whose customers', count."""
    own: str = ""
    """Those above the server's own certificate."""
    serial: str = ""
    """Of the server's own certificate: of what the others of its issuer sign, nothing is known."""
    turns: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE), repr=False)

    def read(self, content: bytes) -> Credentials:
        """Return what the credentials of an image file say, in at most 20 s, of which 10 are the waiting.

        No content makes it raise; nothing is fetched, whatever addresses stand there.
        """
        folder = package_folder()
        if folder is None:
            return NOT_CHECKED
        told = self._in_turn(folder, content)
        return UNREADABLE if told is None else self._found(told)

    def private_parts(self, content: bytes) -> tuple[str, ...] | None:
        """Return where in a file's credentials pictures and places lie; None where they can't be read, as in `read`."""
        folder = package_folder()
        told = self._in_turn(folder, content, private=True) if folder else None
        return None if told is None or len(told["private"]) > MOST_PRIVATE else tuple(told["private"])

    def _in_turn(self, folder: Path, content: bytes, *, private: bool = False) -> Mapping[str, Any] | None:
        if not self.turns.acquire(timeout=reader.MOST_SECONDS):
            return None
        try:
            seconds = reader.MOST_SECONDS_OF_A_SOURCE if private else reader.MOST_SECONDS
            trust = {"trusted": self.trusted, "own": self.own}
            return self._ask({"folder": str(folder), "private": private, "seconds": seconds} | trust, content)
        finally:
            self.turns.release()

    def _ask(self, order: Mapping[str, Any], content: bytes) -> Mapping[str, Any] | None:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", reader.__file__],
                input=json.dumps(order).encode() + b"\n" + content,
                capture_output=True,
                timeout=reader.MOST_SECONDS,
                check=False,
                env={},  # No key of the server's is in reach of what a file may do to the library.
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            log.warning("Content Credentials could not be checked: %s", type(error).__name__)
            return None
        if done.returncode or len(done.stdout) > _MOST_ANSWER:
            log.info("Content Credentials could not be read (status %d)", done.returncode)
            return None
        told: Mapping[str, Any] = json.loads(done.stdout)
        return told

    def _found(self, told: Mapping[str, Any]) -> Credentials:
        return Credentials(
            standing=self._standing(told),
            issuer=told["issuer"],
            time=told["time"],
            generator=told["generator"],
            source_types=tuple(told["source_types"]),
            ingredients=tuple(map(_ingredient, told["ingredients"])),
            more=told["more"],
        )

    def _standing(self, told: Mapping[str, Any]) -> Standing:
        faults = set(told["faults"]) - {_UNTRUSTED}
        if faults:
            return _fault(faults)
        mine = told["list"] == "user_anchors" and told["serial"] == self.serial
        return "trusted" if told["list"] == "system_anchors" or mine else "unknown issuer"


def _fault(faults: set[str]) -> Standing:
    if any(fault.endswith(_CHANGED) for fault in faults):
        return "broken"
    return "invalid" if all(fault.startswith(_OF_THE_CERTIFICATE) for fault in faults) else "unreadable"


def _ingredient(told: Mapping[str, Any]) -> Ingredient:
    return Ingredient(
        title=told["title"],
        relationship=told["relationship"],
        signed=told["signed"],
        holds=told["signed"] and not set(told["faults"]) - {_UNTRUSTED},
        issuer=told["issuer"],
        source_types=tuple(told["source_types"]),
    )

"""How the model stands, in one sentence: what it is and lacks, what is loaded or fetched, and what can be had."""

from dataclasses import dataclass

from backend.adapters.base import State
from backend.adapters.local.change import Change
from backend.adapters.local.load import AUTO
from backend.adapters.local.loaded import Loaded
from backend.adapters.local.machine.checkpoint import REAL
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.download import Download


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentence is about; `missing` says what keeps the wished model from being loaded."""

    machine: Machine
    loaded: Loaded
    change: Change
    download: Download | None
    missing: str | None

    def state(self) -> State:
        """Return whether a run can begin, and the sentence."""
        loading, notice = self.loaded.loading, self.change.notice
        if self.change.under_way and not loading.busy:
            return State(ready=False, message=self._waiting_sentence(), busy=True)
        if self.missing:
            busy = self.download if self.download and self.download.busy else None
            fraction = busy.fraction if busy else None
            return State(ready=False, message=self.missing, busy=busy is not None, fraction=fraction)
        if loading.busy:
            return State(ready=False, message=f"{loading.doing}…", busy=True, fraction=loading.fraction)
        if loading.error:
            return State(ready=False, message=notice or str(loading.error))
        return State(ready=True, message=f"{notice} {self._ready_sentence()}".strip())

    def _waiting_sentence(self) -> str:
        wished, drawing, holders = self.change.wished, self.loaded.checkpoint, self.change.tenancy.holders
        doing = f"Switching to {wished.name}" if wished != drawing else f"Giving back the memory of {drawing.name}"
        return f"{doing} once what runs has ended ({holders})…" if holders else f"{doing}…"

    def _ready_sentence(self) -> str:
        wished, engine = self.change.wished, self.loaded.loading.result
        where = f"{wished.name} on this machine's {self.machine.name}"
        if self.loaded.given_back:
            return f"Ready: {where}, whose memory was given back: the next run loads it again."
        if engine and (self.loaded.layout != AUTO or not wished.embedded):
            return f"Ready: {where}, {engine.memory.reason}."
        if not wished.embedded:
            return f"Ready: {where}."
        if self.download and (self.download.busy or self.download.error):
            return f"Ready: {where}. {download_sentence(self.download)}"
        more = "download it below" if self.download else f"it needs a GPU and starts with `--model {REAL}`"
        return f"Ready: {where}, which draws simple shapes; for the real Z-Image-Turbo, {more}."


def download_sentence(download: Download) -> str:
    """Say how far a download is, why it failed, or what it would take."""
    if download.busy:
        total = f" of {download.total / 1e9:.1f}" if download.total else ""
        return f"Downloading {download.repo}: {download.done / 1e9:.1f}{total} GB."
    if download.error:
        return str(download.error)
    return f"{download.repo} isn't on this machine yet: {offer_of(download)}."


def offer_of(download: Download) -> str:
    """Say what a download takes and what is free, before anybody agrees to it."""
    size = f"{download.total / 1e9:.0f} GB" if download.total else "its size is told by the hub once it starts"
    return f"download {size} ({download.free_bytes() / 1e9:.0f} GB are free here)"

"""What a generation works with: the backends, the record and the settings, built once and passed down."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backend.adapters.base import Backend
from backend.adapters.registry import OPTIONAL, REHEARSAL, build, names
from backend.data_folder import data_folder
from backend.domain.caller import Caller
from backend.domain.errors import Problem, Unsupported
from backend.domain.providers import facts_of
from backend.images.credentials.checking import Checker
from backend.images.credentials.opening import open_credentials
from backend.images.storage.bucket import open_images
from backend.images.storage.disk import Disk
from backend.images.storage.files import ImageFiles
from backend.library.result_links import ResultLinks
from backend.library.room_boards import RoomBoards
from backend.library.rooms import Rooms
from backend.money.ledger import Budget
from backend.prompt_helper.asking import Found, PromptHelper
from backend.record.api_keys import ApiKeys
from backend.record.boards import Boards
from backend.record.book import PromptBook
from backend.record.database.address import record_files
from backend.record.database.engine import open_database
from backend.record.history import History
from backend.record.holders import Holders
from backend.record.orders import Orders
from backend.record.presses.batches import Batches
from backend.record.presses.store import QueueStore
from backend.record.store import Store
from backend.record.unclosed import Unclosed
from backend.setting_words import wrong
from backend.settings import Settings
from backend.threads.live_runs import LiveRuns
from backend.threads.open_pages import OpenPages
from backend.visitors.addresses import Addresses, address_secret
from backend.visitors.callers import Callers
from backend.visitors.identity import API
from backend.visitors.rates import Rate, Rates

if TYPE_CHECKING:
    from backend.images.credentials.signing import Signing

RUNS_A_VISITOR = Rate(20, seconds=60)
RUNS_AN_ADDRESS = Rate(120, seconds=60)
"""An address may be a whole school's; what it spends is capped in dollars."""


@dataclass(frozen=True, slots=True)
class Playground:
    """Everything that a request needs on its way."""

    settings: Settings
    backends: Mapping[str, Backend]
    store: Store
    budget: Budget
    files: ImageFiles
    default: str
    callers: Callers = field(default_factory=lambda: Callers(Addresses(secrets.token_bytes(32))))
    rates: Rates = field(default_factory=Rates)
    live: LiveRuns = field(default_factory=LiveRuns)
    pages: OpenPages = field(default_factory=OpenPages)
    unclosed: Unclosed = field(default_factory=Unclosed)
    room_boards: RoomBoards = field(default_factory=RoomBoards)
    disk: Disk = field(default_factory=Disk)
    checker: Checker = field(default_factory=Checker)
    signing: "Signing | None" = None
    found_helper: Found = field(default_factory=Found)

    def admit(self, caller: Caller) -> None:
        """Let a run in; raise `NotFound` for a room that isn't the caller's, `TooManyRequests` for a flood of runs."""
        if caller.room is not None:
            self.rooms.check_may_run(caller.room, caller.visitor)
        if self.settings.public:
            self.rates.take("runs", RUNS_AN_ADDRESS, caller.address)
            self.rates.take("runs", RUNS_A_VISITOR, caller.visitor)

    def shown_to(self, visitor: str) -> tuple[str, ...]:
        """Return whose runs a visitor's page shows: their own, and on one for this machine alone its programs' too."""
        return (visitor,) if self.settings.public or visitor == API else (visitor, API)

    def whose(self, run_id: str, visitor: str) -> str:
        """Return under which name a visitor may do something with a run that their page shows; their own else."""
        return next((name for name in self.shown_to(visitor)[1:] if self.store.is_of(run_id, name)), visitor)

    @property
    def history(self) -> History:
        """Return the record as a visitor looks at it."""
        return History(self.store, self.files)

    @property
    def boards(self) -> Boards:
        """Return the boards on which visitors gather pictures."""
        return Boards(self.store)

    @property
    def prompt_book(self) -> PromptBook:
        """Return the prompts of the record as a visitor looks at them."""
        return PromptBook(self.history)

    @property
    def holders(self) -> Holders:
        """Return what is known of whose each picture and served file is."""
        return Holders(self.store.engine)

    @property
    def prompt_helper(self) -> PromptHelper:
        """Return who words prompts better and describes pictures; its server may not be set."""
        return PromptHelper(self.settings, self.budget, self.rates, self.found_helper)

    @property
    def api_keys(self) -> ApiKeys:
        """Return the keys that the owner has made for programs."""
        return ApiKeys(self.store.engine)

    @property
    def orders(self) -> Orders:
        """Return what programs have ordered, so that a retry finds it."""
        return Orders(self.store.engine)

    @property
    def queued(self) -> QueueStore:
        """Return the visitors' queues of presses."""
        return QueueStore(self.store.engine)

    @property
    def batches(self) -> Batches:
        """Return the batches that visitors have put into their queues."""
        return Batches(self.store.engine)

    @property
    def rooms(self) -> Rooms:
        """Return the rooms that visitors share."""
        return Rooms(self.store)

    @property
    def result_links(self) -> ResultLinks:
        """Return the links that show one run to whoever has them."""
        return ResultLinks(self.store)

    def choose(self, name: str) -> Backend:
        """Return a backend by name; `auto` is the one chosen at start. Raise `Unsupported` for another word."""
        backend = self.backends.get(self.default if name == "auto" else name)
        if backend is None:
            raise Unsupported([Problem("backend", f"is {name!r}; choose one of auto, {', '.join(self.backends)}.")])
        return backend


def open_playground(settings: Settings) -> Playground:
    """Build the backends and open the record in the data folder."""
    offered = names(settings)
    if settings.backend not in ("auto", *offered):
        known = ("auto", *(name for name in (*offered, *OPTIONAL) if name not in REHEARSAL))
        raise wrong("PLAYGROUND_BACKEND", settings.backend, f"known are {', '.join(known)}")
    checker, signing = open_credentials(settings)
    settings = settings.model_copy(update={"data": data_folder(settings)})
    engine = open_database(settings.data, settings.database_url)
    disk = Disk(settings.disk_limit, settings.data, grows=record_files(settings.data))
    files = open_images(settings.data / "images", settings.images_url, disk)
    backends = {name: build(name, settings, files) for name in offered}
    for backend in backends.values():
        backend.detectors = backends["local"].detectors
    budget = Budget(engine, settings.caps)
    return Playground(
        settings,
        backends,
        Store(engine),
        budget,
        files,
        _default(settings, backends),
        Callers(Addresses(address_secret(settings.data), settings.trusted)),
        disk=disk,
        checker=checker,
        signing=signing,
    )


def _default(settings: Settings, backends: Mapping[str, Backend]) -> str:
    if settings.backend != "auto":
        return settings.backend
    if backends["local"].accelerated:
        return "local"
    return next((name for name, each in backends.items() if facts_of(name) and _draws_words(each)), "local")


def _draws_words(provider: Backend) -> bool:
    """Whether a provider could begin, on the server's key, with what the page opens on."""
    return "text_to_image" in provider.capabilities.modes and provider.missing(Caller(visitor="")) is None

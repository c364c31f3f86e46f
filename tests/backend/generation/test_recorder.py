"""How a run ends is decided by its images and its bills, not by what goes wrong beside them or afterwards."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from pydantic import SecretStr

from backend.adapters.fake import FakeBackend
from backend.adapters.job import Charged, Job, Told, tell_again
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import BadReply, Billed, PlaygroundError, ProviderTimeout, StorageFull, Unsupported
from backend.domain.events import Event, Failed, Finished, Generated, Progress
from backend.domain.exchanges import note
from backend.domain.records import Run
from backend.domain.requests import Request, TextToImage
from backend.generation.generate import collect, generate
from backend.generation.recorder import Recorder
from backend.images.metadata.origin import read_origin
from backend.playground import Playground
from backend.threads.stream import Audience

BILL = Decimal("0.0013")
After = Callable[[], None]


def boat(count: int = 2) -> TextToImage:
    return TextToImage(prompt="a boat", steps=1, seed=1, count=count, options={"provider": True})


class Afterwards(FakeBackend):
    """Makes all images, and then something happens."""

    after: After

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        super().run(request, caller, job)
        self.after()


class Telling(FakeBackend):
    """Tells its job what it is told to, fails as it is told to, and the same again when the run is collected."""

    told: tuple[Told, ...] = ()
    error: PlaygroundError

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        job.note({"fake_id": "1"})
        self._tell(job)

    def collect(self, run: Run, caller: Caller, job: Job) -> None:
        self._tell(job)

    def _tell(self, job: Job) -> None:
        for told in self.told:
            tell_again(told, job)
        raise self.error


def play(playground: Playground, backend: FakeBackend) -> None:
    object.__setattr__(playground, "backends", {"fake": backend})


def ended(events: Iterator[Event]) -> Run:
    *_, end = events
    assert isinstance(end, Finished | Failed)
    assert end.run is not None
    return end.run


def _bug() -> None:
    raise RuntimeError("an inner matter")


def _timeout() -> None:
    raise ProviderTimeout("No answer came; it may still be billed.")


def _full() -> None:
    raise StorageFull("The record is full.", billed="unknown")


@pytest.mark.parametrize("after", [_bug, _timeout, _full])
def test_nothing_that_comes_after_the_last_image_changes_how_the_run_ended(
    playground: Playground, caller: Caller, after: After
) -> None:
    backend = Afterwards(playground.files)
    backend.after = after
    play(playground, backend)
    run = ended(generate(playground, caller, "fake", boat()))
    assert (run.status, run.billed, run.error, run.cost_usd) == ("finished", None, None, 2 * BILL)
    assert playground.store.run(run.id) == run
    assert playground.budget.entry(run.id) == ("settled", 6 * BILL, 2 * BILL)


def test_exchanges_that_cant_be_kept_leave_a_finished_run_finished(playground: Playground, caller: Caller) -> None:
    def lose() -> None:
        note(method="GET", url="https://x.test", scheme="", sent=1, status=200, received=b"1", key=None, pays=False)
        with playground.store.engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE exchanges")

    backend = Afterwards(playground.files)
    backend.after = lose
    play(playground, backend)
    run = ended(generate(playground, caller, "fake", boat()))
    assert (run.status, run.cost_usd) == ("finished", 2 * BILL)


def telling(playground: Playground, error: PlaygroundError, *told: Told) -> Telling:
    backend = Telling(playground.files)
    backend.told, backend.error = told, error
    play(playground, backend)
    return backend


@pytest.mark.parametrize(
    ("told", "says", "billed", "cost", "state"),
    [
        ((), "no", "no", Decimal(0), "released"),
        ((), "yes", "yes", None, "held"),
        ((), "unknown", "unknown", None, "held"),
        ((Charged(BILL, 0),), "no", "yes", BILL, "settled"),
        ((Charged(BILL, 0),), "yes", "yes", BILL, "settled"),
        ((Charged(BILL, 0),), "unknown", "unknown", None, "held"),
        ((Charged(BILL),), "no", "yes", BILL, "settled"),
        ((Charged(None, 0),), "no", "yes", None, "held"),
        ((Charged(BILL, 0), Charged(BILL, 1), Charged(BILL)), "no", "yes", 3 * BILL, "settled"),
    ],
)
def test_a_failure_that_knows_of_no_bill_takes_none_back(
    playground: Playground,
    caller: Caller,
    told: tuple[Told, ...],
    says: Billed,
    billed: Billed,
    cost: Decimal | None,
    state: str,
) -> None:
    telling(playground, BadReply("The file is no image.", billed=says), *told)
    run = ended(generate(playground, caller, "fake", boat()))
    entry = playground.budget.entry(run.id)
    assert (run.billed, run.cost_usd, entry and entry[0]) == (billed, cost, state)


def test_a_bill_that_is_told_before_its_image_counts_once(playground: Playground, caller: Caller) -> None:
    image = Generated(_made(playground), 1, BILL, 0)
    telling(playground, BadReply("The second is no image.", billed="yes"), Charged(BILL, 0), image, Charged(BILL, 1))
    run = ended(generate(playground, caller, "fake", boat()))
    assert (run.status, run.billed, run.cost_usd) == ("partial", "yes", 2 * BILL)


@pytest.mark.parametrize(
    "error", [Unsupported([]), StorageFull("full"), PlaygroundError("no key"), ProviderTimeout("gone")]
)
def test_a_collection_that_breaks_off_leaves_what_was_known(
    playground: Playground, caller: Caller, error: PlaygroundError
) -> None:
    backend = telling(playground, BadReply("The file is no image.", billed="yes"), Charged(BILL, 0))
    run = ended(generate(playground, caller, "fake", boat()))
    backend.told, backend.error = (), error
    again = ended(collect(playground, caller, run))
    assert (again.billed, again.cost_usd) == ("yes", BILL)
    assert playground.budget.entry(run.id) == ("settled", 6 * BILL, BILL)


@pytest.mark.parametrize("error", [Unsupported([]), PlaygroundError("no key"), ProviderTimeout("gone")])
def test_a_collection_that_breaks_off_makes_an_unknown_bill_no_unbilled_one(
    playground: Playground, caller: Caller, error: PlaygroundError
) -> None:
    backend = telling(playground, ProviderTimeout("No answer came."))
    run = ended(generate(playground, caller, "fake", boat()))
    backend.error = error
    again = ended(collect(playground, caller, run))
    entry = playground.budget.entry(run.id)
    assert (again.billed, again.cost_usd, entry and entry[0]) == ("unknown", None, "held")


def test_stop_after_the_last_image_leaves_the_run_finished(playground: Playground, caller: Caller) -> None:
    run = ended(generate(playground, caller, "fake", boat(1)))
    recorder = Recorder(playground, run, Estimate(likely=BILL), Audience())
    recorder.cancel()
    assert recorder.run.status == "finished"


def _made(playground: Playground) -> bytes:
    caller = Caller(visitor="another", keys={"fake": SecretStr("own")})
    play(playground, FakeBackend(playground.files))
    (image,) = ended(generate(playground, caller, "fake", boat(1))).images
    return playground.files.read(image.sha256)


def marks(playground: Playground, caller: Caller, request: Request) -> list[str | None]:
    """Return the terms of a run's previews and images, as each left the door."""
    said = []
    for event in generate(playground, caller, "fake", request):
        if isinstance(event, Progress) and event.preview:
            said.append(read_origin(event.preview))
        elif isinstance(event, Generated) and event.record:
            said.append(read_origin(playground.files.whole(event.record.sha256)))
    return [origin and origin.term for origin in said]


def test_every_preview_and_image_says_that_a_model_made_it(playground: Playground, caller: Caller) -> None:
    asked = TextToImage(prompt="a boat", width=128, height=128, steps=3, count=2)
    said = marks(playground, caller, asked)
    assert len(said) > 2
    assert set(said) == {"trainedAlgorithmicMedia"}


def test_a_private_machine_may_leave_its_pictures_unmarked(playground: Playground, caller: Caller) -> None:
    unmarked = replace(playground, settings=playground.settings.model_copy(update={"mark": False}))
    asked = TextToImage(prompt="a boat", width=128, height=128, steps=3, count=2)
    assert set(marks(unmarked, caller, asked)) == {None}

"""What is said of money and strangers before anything is pressed."""

from dataclasses import replace

from backend.adapters.fake import FakeBackend
from backend.money.ledger import Budget
from backend.playground import Playground
from ui.together.money import strangers, who_pays


class Free(FakeBackend):
    name = "free"
    label = "Free one"
    cost_kind = "free"


class Second(Free):
    name = "second"
    label = "Free two"


class Third(Free):
    name = "third"
    label = "Free three"


class OwnKeyAlone(FakeBackend):
    name = "own"
    label = "Own key"

    def missing(self, caller: object) -> str | None:
        return "Paste a key."


def with_backends(playground: Playground, *kinds: type[FakeBackend]) -> Playground:
    """Return it with these backends, under the caps of its settings."""
    budget = Budget(playground.store.engine, playground.settings.caps)
    return replace(playground, backends={each.name: each(playground.files) for each in kinds}, budget=budget)


def test_each_backend_is_said_to_be_paid_by_whom_it_is(playground: Playground) -> None:
    told = " ".join(who_pays(with_backends(playground, Free, FakeBackend, OwnKeyAlone), "a room"))
    assert "Drawing with Free one costs nothing." in told
    assert "Drawing with Fake (flat colours) is paid by this page's owner: $0.50 of this room's $0.50 is left." in told
    assert "Drawing with Own key needs a key of one's own." in told
    assert "pays for their own runs" in told
    three = who_pays(with_backends(playground, Free, Second, Third), "a room")
    assert three == ["Drawing with Free one, Free two and Free three costs nothing."]
    assert who_pays(with_backends(playground, Free), "a room") == ["Drawing with Free one costs nothing."]


def test_a_page_for_this_machine_alone_has_no_strangers(playground: Playground) -> None:
    assert strangers(playground) == []


def test_what_strangers_can_spend_is_what_their_caps_are(playground: Playground) -> None:
    shared = replace(playground, settings=playground.settings.model_copy(update={"share": True}))
    told = " ".join(strangers(with_backends(shared, Free, FakeBackend)))
    caps = "$0.25 each, $5.00 all together in 24 hours, $0.50 in a room"
    assert f"With Fake (flat colours) they can spend {caps} of its owner's money." in told
    assert "1 page is open now." in told
    assert "They can spend no money of its owner." in strangers(with_backends(shared, Free))
    with shared.pages.line("one"), shared.pages.line("two"):
        assert strangers(shared)[-1] == "2 pages are open now."

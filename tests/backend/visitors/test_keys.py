import pytest

from backend.domain.caller import OwnKey
from backend.domain.errors import InvalidRequest
from backend.visitors.keys import IDLE_SECONDS, MOST_SESSIONS, KeyRing

ANN, ANNS_OTHER_PAGE, BOB = ("ann", "page-1"), ("ann", "page-2"), ("bob", "page-1")
CANARY = "canary-8f2e1c"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_key_belongs_to_one_visitor_in_one_session() -> None:
    ring = KeyRing()
    ring.put(ANN, "runware", CANARY)
    assert ring.of(ANN)["runware"].get_secret_value() == CANARY
    assert isinstance(ring.of(ANN)["runware"], OwnKey)
    assert ring.of(ANNS_OTHER_PAGE) == ring.of(BOB) == {}


def test_a_key_can_be_replaced_and_forgotten_alone_or_with_its_session() -> None:
    ring = KeyRing()
    ring.put(ANN, "runware", CANARY)
    ring.put(ANN, "runware", "another-key")
    ring.put(ANN, "modelrunner", CANARY)
    assert ring.of(ANN)["runware"].get_secret_value() == "another-key"
    ring.forget(ANN, "runware")
    assert set(ring.of(ANN)) == {"modelrunner"}
    ring.forget(ANN)
    assert ring.secrets() == ()
    ring.forget(ANN)


@pytest.mark.parametrize("text", ["", "short", "with a space inside", "line\r\nbreak: yes", "ключ-ключ", "k" * 513])
def test_what_cannot_be_a_key_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is no key") as refusal:
        KeyRing().put(ANN, "runware", text)
    assert not text or text not in str(refusal.value)


def test_a_key_pasted_with_its_line_end_is_taken() -> None:
    ring = KeyRing()
    ring.put(ANN, "runware", f" {CANARY}\n")
    assert ring.of(ANN)["runware"].get_secret_value() == CANARY


def test_no_key_shows_in_what_is_printed() -> None:
    ring = KeyRing()
    ring.put(ANN, "runware", CANARY)
    assert CANARY not in f"{ring!r} {ring.of(ANN)!r} {ring.of(ANN)}"


def test_a_caller_keeps_its_keys_though_the_session_forgets_them() -> None:
    ring = KeyRing()
    ring.put(ANN, "runware", CANARY)
    held = ring.of(ANN)
    ring.forget(ANN)
    assert set(held) == {"runware"}


def test_an_idle_key_is_forgotten_and_a_used_one_is_not() -> None:
    clock = Clock()
    ring = KeyRing(clock)
    ring.put(ANN, "runware", CANARY)
    ring.put(BOB, "runware", "bobs-own-key")
    clock.now = IDLE_SECONDS
    assert ring.of(ANN)
    clock.now = IDLE_SECONDS + 1
    assert ring.of(BOB) == {}
    assert ring.of(ANN)


def test_memory_is_bounded() -> None:
    ring = KeyRing()
    for number in range(MOST_SESSIONS + 10):
        ring.put((f"visitor {number}", "page"), "runware", CANARY)
    assert len(ring.secrets()) == MOST_SESSIONS
    assert ring.of(("visitor 0", "page")) == {}

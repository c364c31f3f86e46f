import pytest

from backend.settings import Settings
from backend.visitors.addresses import Addresses
from backend.visitors.callers import Callers
from backend.visitors.identity import Visit, is_guest, new_token

TOKEN = new_token()


@pytest.fixture
def callers() -> Callers:
    return Callers(Addresses(b"s" * 32))


def test_a_cookie_is_one_visitor_in_every_session(callers: Callers) -> None:
    first = callers.caller(Visit(token=TOKEN, session="page-1", peer="198.51.100.7"))
    second = callers.caller(Visit(token=TOKEN, session="page-2", peer="203.0.113.1"))
    assert first.visitor == second.visitor != callers.caller(Visit(token=new_token())).visitor
    assert first.address != second.address
    assert not first.signed_in


def test_a_guest_is_known_for_one_request_and_never_as_the_visitor_of_the_same_token(callers: Callers) -> None:
    guest = callers.caller(Visit(token=TOKEN, guest=True)).visitor
    assert is_guest(guest)
    assert guest != callers.caller(Visit(token=TOKEN)).visitor
    assert is_guest(callers.caller(Visit(session="page-1")).visitor)
    assert not is_guest(callers.caller(Visit(token=TOKEN, guest=True, login="hf-42")).visitor)


def test_a_login_is_the_same_visitor_on_every_device(callers: Callers) -> None:
    laptop = callers.caller(Visit(token=TOKEN, login="hf-42"))
    phone = callers.caller(Visit(token=new_token(), login="hf-42"))
    assert laptop.visitor == phone.visitor
    assert laptop.signed_in


def test_a_forged_cookie_is_no_visitor_and_never_somebody_elses_id(callers: Callers) -> None:
    known = callers.caller(Visit(token=TOKEN)).visitor
    assert callers.caller(Visit(token=known, session="s")).visitor != known


def test_a_key_is_found_by_its_visitor_in_its_session_alone(callers: Callers) -> None:
    visit = Visit(token=TOKEN, session="page-1")
    callers.keys.put(callers.owner(visit), "runware", "canary-8f2e1c")
    assert set(callers.caller(visit).keys) == {"runware"}
    for other in (Visit(token=new_token(), session="page-1"), Visit(session="page-1"), Visit(token=TOKEN)):
        assert callers.caller(other).keys == {}


def test_no_key_and_no_token_shows_in_a_printed_caller(callers: Callers) -> None:
    visit = Visit(token=TOKEN, session="page-1", peer="198.51.100.7")
    callers.keys.put(callers.owner(visit), "runware", "canary-8f2e1c")
    shown = repr(callers.caller(visit))
    assert not any(secret in shown for secret in ("canary", TOKEN, "198.51"))


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({}, True),
        ({"GRADIO_SHARE": True}, False),
        ({"SPACE_ID": "a/b"}, False),
        ({"PLAYGROUND_TRUSTED_PROXY": "127.0.0.1"}, False),
    ],
)
def test_behind_a_proxy_its_own_address_is_nobodys(values: dict[str, object], known: bool) -> None:
    settings = Settings(_env_file=None, **values)
    marks = Addresses(b"s" * 32, settings.trusted)
    assert (marks.mark("127.0.0.1", None) is not None) is known
    assert marks.mark("127.0.0.1", "198.51.100.7") is not None

"""What a status says of itself, whether it leaves a bill in doubt, and the same words for every provider."""

import pytest
from pydantic import SecretStr

from backend.adapters.provider.messages import Reply
from backend.adapters.provider.refusals import refused, value_refused
from backend.domain.caller import OwnKey
from backend.domain.errors import GenerationFailed, InsufficientCredit, ProviderBusy, ProviderRefused
from backend.domain.providers import MODELRUNNER, RUNWARE

KEY = SecretStr("key-of-the-server")


def reply(status: int, *, pays: bool = True, doubtful: bool = False) -> Reply:
    return Reply("Acme", status, {}, b"", pays=pays, doubtful=doubtful)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422, 429])
def test_what_is_refused_as_asked_was_not_billed_unless_an_earlier_try_was_lost(status: int) -> None:
    assert reply(status).billed == "no"
    assert reply(status, doubtful=True).billed == "unknown"
    assert reply(status, pays=False, doubtful=True).billed == "no"


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 524])
def test_a_fault_or_a_gateways_page_leaves_a_doubt_where_it_was_an_order(status: int) -> None:
    assert reply(status).billed == "unknown"
    assert reply(status, pays=False).billed == "no"


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, ProviderRefused, r"refuses this server's key \(status 401\): check `MODELRUNNER_KEY`"),
        (402, InsufficientCredit, r"has no credit for this \(status 402\): top it up at modelrunner\.ai, or"),
        (403, ProviderRefused, "refuses this server's key"),
        (413, ProviderRefused, r"too large for ModelRunner \(status 413\): use smaller ones"),
        (429, ProviderBusy, "try again in a minute"),
        (503, ProviderBusy, "try again in a minute"),
        (500, GenerationFailed, r"could not make the image \(status 500\): try again, or choose another backend"),
        (418, GenerationFailed, "could not make the image"),
    ],
)
def test_a_status_is_told_in_the_same_words_with_the_way_out(status: int, kind: type, words: str) -> None:
    with pytest.raises(kind, match=words) as caught:
        raise refused(MODELRUNNER, reply(status), KEY)
    assert type(caught.value) is kind
    assert caught.value.billed == reply(status).billed


def test_a_key_of_ones_own_is_told_from_the_servers() -> None:
    assert "the key that you pasted" in str(refused(RUNWARE, reply(401), OwnKey("mine")))


def test_values_are_named_once_each_in_our_words() -> None:
    assert value_refused("Acme", "too wide", ["width", "height", "width"])[1].startswith(
        "Acme refuses `width`, `height` (too wide): change it"
    )
    assert value_refused("Acme", "odd", [])[1].startswith("Acme refuses this request (odd)")

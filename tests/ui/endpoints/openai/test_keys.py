"""Who asks on a page that strangers reach: an owner's key with a cap of its own, or a guest."""

import logging
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from backend.playground import RUNS_A_VISITOR
from backend.record.database.tables import orders
from tests.serving import Site, served_site
from tests.ui.endpoints.openai.asked import ask, broken_line, lost_run, made, refused, runs_of, until
from tests.ui.endpoints.openai.test_retries import GENERATIONS, body
from tests.ui.endpoints.sdapi.held import HeldSite, held_site

PAID = {"provider": True, "cost_usd": "0.01"}
"""Whose pessimistic price is 0.03 USD."""
MANY = 10_000
"""More images than these tests draw."""
PLAIN = {"size": "128x128", "steps": 1}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldSite]:
    """Serve a playground that strangers reach through a proxy, whose forwarded addresses count."""
    with held_site(tmp_path_factory.mktemp("public"), PLAYGROUND_TRUSTED_PROXY="127.0.0.1") as site:
        site.fake.let.release(MANY)
        yield site


def bearer(key: str, **more: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}", **more}


def key_of(site: Site, name: str, cap: str = "2.00") -> tuple[str, str]:
    """Return a new key and its visitor."""
    key = site.playground.api_keys.new(name, Decimal(cap))
    known = site.playground.api_keys.found(key)
    assert known is not None
    return key, known.visitor


def test_a_keys_runs_are_its_own_and_count_against_its_cap_alone(public: Site) -> None:
    key, visitor = key_of(public, "chat", "0.05")
    first = ask(public, headers=bearer(key), prompt="a chat's fox", options=PAID, **PLAIN)
    assert made(first)["playground"]["cost_usd"] == 0.01
    assert [run.status for run in runs_of(public, "a chat's fox", visitor)] == ["finished"]
    for more in ("its second", "its third"):
        assert made(ask(public, headers=bearer(key), prompt=more, options=PAID, **PLAIN))
    over = ask(public, headers=bearer(key), prompt="its fourth", options=PAID, **PLAIN)
    error = refused(over, 402)
    assert error["code"] == "spend_cap_reached"
    assert "$0.02 of the $0.05 that this key may cost in all is left" in error["message"]
    assert over.headers["x-should-retry"] == "false"
    other, _ = key_of(public, "other", "1.00")
    for number in range(10):  # more than a visitor's or an address's 0.25 has room for
        assert made(ask(public, headers=bearer(other), prompt=f"of the other {number}", options=PAID, **PLAIN))
    assert made(ask(public, headers=bearer(key), prompt="a free one", **PLAIN))


def test_a_wrong_or_revoked_key_is_refused_and_none_is_a_guests(public: Site) -> None:
    key, _ = key_of(public, "short")
    assert made(ask(public, headers=bearer(key), **PLAIN))
    public.playground.api_keys.revoke("short")
    for wrong in (key, "sk-made-up", key + "x", "zimage-"):
        error = refused(ask(public, headers=bearer(wrong), **PLAIN), 401)
        assert (error["type"], error["code"]) == ("authentication_error", "invalid_api_key")
        assert wrong not in error["message"]
    assert refused(httpx.get(f"{public.address}v1/models", headers=bearer("sk-made-up")), 401)
    for nobody in ({}, {"authorization": ""}, {"authorization": "Bearer"}):
        assert made(ask(public, headers=nobody, prompt="a guest's fox", **PLAIN))
    assert runs_of(public, "a guest's fox") == []


def test_a_guest_has_the_cap_of_the_address_and_the_rate_of_a_stranger(public: Site) -> None:
    from_there = {"x-forwarded-for": "203.0.113.7"}
    asked = [ask(public, headers=from_there, prompt=f"guest {n}", options=PAID, **PLAIN) for n in range(25)]
    paid, (over, *_) = [each for each in asked if each.is_success], [each for each in asked if not each.is_success]
    assert 20 <= len(paid) < 25
    assert refused(over, 402)["code"] == "spend_cap_reached"


def test_a_flood_is_told_when_to_come_back(public: Site) -> None:
    key, visitor = key_of(public, "flood")
    public.playground.rates.take("runs", RUNS_A_VISITOR, visitor, amount=RUNS_A_VISITOR.most)
    answer = ask(public, headers=bearer(key), **PLAIN)
    assert refused(answer, 429)["code"] == "rate_limit_exceeded"
    assert 1 <= int(answer.headers["retry-after"]) <= 10
    assert answer.headers["x-should-retry"] == "true"


def test_one_keys_mark_finds_nothing_of_anothers(public: Site) -> None:
    ann, _ = key_of(public, "ann")
    bob, _ = key_of(public, "bob")
    mark = {"idempotency-key": "the same"}
    asked: dict[str, Any] = {"prompt": "whose fox", "options": PAID, **PLAIN}
    theirs = [made(ask(public, headers=bearer(key, **mark), **asked))["playground"]["run_id"] for key in (ann, bob)]
    assert len(set(theirs)) == 2
    again = {"x-stainless-retry-count": "1"}
    assert made(ask(public, headers=bearer(bob, **again), **asked))["playground"]["run_id"] == theirs[1]


@pytest.mark.parametrize("again", [{}, {"x-stainless-retry-count": "1"}, {"idempotency-key": "1"}])
def test_guests_of_one_address_and_program_get_nothing_that_one_of_them_has_got(
    public: Site, again: dict[str, str]
) -> None:
    here = {"x-forwarded-for": "203.0.113.80", "user-agent": "a program", **again}
    asked: dict[str, Any] = {"prompt": f"a guest's crane {again}", "options": PAID, **PLAIN}
    assert len({made(ask(public, headers=here, **asked))["playground"]["run_id"] for _ in range(2)}) == 2
    other = asked | {"prompt": "another guest's crane"}
    assert made(ask(public, headers=here, **other)), "a mark that others may have says nothing of theirs"


@pytest.mark.parametrize("again", [{}, {"x-stainless-retry-count": "1"}, {"idempotency-key": "1"}])
def test_what_a_guests_broken_line_held_is_given_once_to_the_same_address_and_program(
    public: HeldSite, again: dict[str, str]
) -> None:
    prompt = f"a guest's heron {again}"
    here = {"x-forwarded-for": "203.0.113.90", "user-agent": "a program", **again}
    public.fake.let, before = threading.Semaphore(0), lost_orders(public)
    with broken_line(public, GENERATIONS, body(prompt=prompt, options=PAID), here):
        until(lambda: public.fake.submissions.count(prompt))
    until(lambda: lost_orders(public) - before)
    public.fake.let.release(MANY)
    asked: dict[str, Any] = {"prompt": prompt, "options": PAID}
    for elsewhere in ({"x-forwarded-for": "203.0.113.91"}, {"user-agent": "another"}):
        assert made(ask(public, headers=here | elsewhere, **asked))
    assert public.fake.submissions.count(prompt) == 3
    assert made(ask(public, headers=here, **asked))
    assert public.fake.submissions.count(prompt) == 3
    assert made(ask(public, headers=here, **asked))
    assert public.fake.submissions.count(prompt) == 4


def lost_orders(site: Site) -> set[str]:
    with site.playground.store.engine.connect() as connection:
        return set(connection.scalars(select(orders.c.order_id).where(orders.c.undelivered)))


@pytest.fixture(scope="module")
def unknown_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a page that strangers reach through a proxy which nobody has named."""
    with served_site(tmp_path_factory.mktemp("unknown"), PLAYGROUND_TRUSTED_PROXY="192.0.2.1") as site:
        yield site


@pytest.mark.parametrize("told", [{}, {"x-forwarded-for": "203.0.113.7"}, {"x-forwarded-for": "unknown"}])
def test_guests_behind_one_unknown_proxy_get_nothing_of_each_others(unknown_proxy: Site, told: dict[str, str]) -> None:
    site, again = unknown_proxy, {"x-stainless-retry-count": "1", "user-agent": "a program", **told}
    asked: dict[str, Any] = {"prompt": f"a shared crane {len(str(told))}", "options": PAID, **PLAIN}
    first = made(ask(site, headers=again, **asked))["playground"]["run_id"]
    assert made(ask(site, headers=again, **asked))["playground"]["run_id"] != first
    mine = again | {"idempotency-key": f"mine and nobody else's {told}"}
    kept = made(ask(site, headers=mine, **asked))["playground"]["run_id"]
    assert made(ask(site, headers=mine, **asked))["playground"]["run_id"] == kept
    short = again | {"idempotency-key": "1"}
    theirs = [made(ask(site, headers=short, **asked))["playground"]["run_id"] for _ in range(2)]
    assert len({*theirs, first, kept}) == 4


def test_a_line_that_broke_loses_nothing_of_a_keys(public: HeldSite) -> None:
    key, visitor = key_of(public, "broken")
    public.fake.let = threading.Semaphore(0)
    with broken_line(public, GENERATIONS, body(prompt="a broken fox", options=PAID), bearer(key)):
        until(lambda: runs_of(public, "a broken fox", visitor))
    lost = lost_run(public, "a broken fox", visitor)
    public.fake.let.release(MANY)
    found = made(ask(public, headers=bearer(key), prompt="a broken fox", options=PAID))
    assert found["playground"]["run_id"] == lost
    assert public.fake.submissions.count("a broken fox") == 1


def test_on_loopback_any_word_will_do_but_a_key_that_is_none(site: Site) -> None:
    for word in ("none", "sk-whatever", "x y"):
        assert made(ask(site, headers=bearer(word), prompt="with a word", **PLAIN))
    assert len(runs_of(site, "with a word")) == 3
    key, visitor = key_of(site, "mine", "0.02")
    assert made(ask(site, headers=bearer(key), prompt="with a key", **PLAIN))
    assert len(runs_of(site, "with a key", visitor)) == 1
    assert refused(ask(site, headers=bearer(key), options=PAID, **PLAIN), 402)
    site.playground.api_keys.revoke("mine")
    assert refused(ask(site, headers=bearer(key), **PLAIN), 401)


def test_basic_carries_a_key_as_its_password(public: Site) -> None:
    key, visitor = key_of(public, "basic")
    answer = httpx.post(f"{public.address}{GENERATIONS}", json={"prompt": "basics", **PLAIN}, auth=("any", key))
    assert made(answer)
    assert len(runs_of(public, "basics", visitor)) == 1


def test_behind_a_password_programs_need_a_key_and_addresses_of_results_do_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with served_site(tmp_path_factory.mktemp("guarded"), PLAYGROUND_AUTH="ann:secret") as guarded:
        assert "key" in refused(ask(guarded, **PLAIN), 401)["message"]
        key, _ = key_of(guarded, "chat")
        (data,) = made(ask(guarded, headers=bearer(key), response_format="url", **PLAIN))["data"]
        assert httpx.get(data["url"]).headers["content-type"] == "image/png"


def test_a_key_stands_in_no_answer_log_file_or_record(public: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    key, _ = key_of(public, "canary")
    canary = key.removeprefix("zimage-")
    headers = bearer(key, **{"idempotency-key": f"{canary} as a mark"})
    answers = [
        ask(public, headers=headers, response_format="url", **PLAIN),
        ask(public, headers=headers, response_format="url", n=99),
        ask(public, headers=bearer(key), stream=True, **PLAIN),
        ask(public, headers=bearer(key), options={"fail_after": 0, "failure": "bug"}, **PLAIN),
        ask(public, headers=bearer(f"{key}x"), **PLAIN),
        httpx.get(f"{public.address}v1/models", headers=bearer(key)),
        httpx.get(f"{public.address}v1/none", headers=bearer(key)),
    ]
    assert answers[0].is_success
    said = [f"{answer.headers} {answer.text}" for answer in answers] + [caplog.text]
    assert not [text for text in said if canary in text]
    data = public.playground.settings.data
    files = [file for file in data.rglob("*") if file.is_file() and canary.encode() in file.read_bytes()]
    assert files == []

"""Retries of programs: whatever they repeat, and however, nothing is bought twice."""

import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from sqlalchemy import delete

from backend.record.database.tables import orders
from tests.serving import Site
from tests.ui.endpoints.openai.asked import GENERATIONS, ask, broken_line, lost_run, made, refused, runs_of, until
from tests.ui.endpoints.openai.test_images import PICTURE
from tests.ui.endpoints.sdapi.held import HeldSite, held_site

PAID = {"provider": True, "seconds": 0.3}
AGAIN = {"x-stainless-retry-count": "1"}


@pytest.fixture(scope="module")
def slow_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HeldSite]:
    """Serve a playground whose images are drawn when they are let."""
    with held_site(tmp_path_factory.mktemp("slow")) as site:
        yield site


@pytest.fixture
def slow(slow_site: HeldSite) -> HeldSite:
    """Return that playground with nothing let yet."""
    slow_site.fake.let = threading.Semaphore(0)
    return slow_site


def key() -> dict[str, str]:
    return {"idempotency-key": uuid.uuid4().hex}


def run_id(answer: httpx.Response) -> Any:
    return made(answer)["playground"]["run_id"]


def body(**values: Any) -> bytes:
    return json.dumps({"prompt": "a red fox", **values}).encode()


def test_the_same_key_and_body_are_the_same_run_and_another_body_is_refused(site: Site) -> None:
    mine = key()
    first = ask(site, headers=mine, prompt="an owl once", options=PAID)
    again = ask(site, headers=mine, prompt="an owl once", options=PAID)
    assert made(first)["data"] == made(again)["data"]
    assert run_id(first) == run_id(again)
    assert len(runs_of(site, "an owl once")) == 1
    error = refused(ask(site, headers=mine, prompt="an owl twice", options=PAID), 422)
    assert (error["code"], error["param"]) == ("idempotency_key_reused", "Idempotency-Key")
    assert ask(site, headers=mine, prompt="an owl twice").headers["x-should-retry"] == "false"
    assert run_id(ask(site, headers=key(), prompt="an owl once", options=PAID)) != run_id(first)


def test_the_same_key_at_once_is_one_run_however_many_ask(site: Site) -> None:
    mine = key()
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask, site, headers=mine, prompt="an owl at once", options=PAID) for _ in range(4)]
    assert len({run_id(each.result()) for each in asked}) == 1
    assert len(runs_of(site, "an owl at once")) == 1


def test_a_marked_retry_gets_the_run_that_is_over(site: Site) -> None:
    first = ask(site, prompt="a hare", options=PAID)
    assert run_id(ask(site, headers=AGAIN, prompt="a hare", options=PAID)) == run_id(first)
    assert run_id(ask(site, headers=AGAIN, prompt="another hare", options=PAID)) != run_id(first)


def test_a_marked_retry_joins_the_run_that_goes_on(slow: HeldSite) -> None:
    asked: dict[str, Any] = {"prompt": "a slow hare", "stream": True, "options": PAID}
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, slow, **asked)
        (run,) = until(lambda: runs_of(slow, "a slow hare"))
        # A stream begins to be answered with the first word of its run, which nobody has let draw yet.
        with httpx.stream("POST", f"{slow.address}{GENERATIONS}", json=asked, headers=AGAIN, timeout=60) as joined:
            assert joined.status_code == 200
            slow.fake.let.release(2)
            told = joined.read().decode()
        assert f'"run_id":"{run.id}"' in first.result().text
    assert f'"run_id":"{run.id}"' in told
    assert len(runs_of(slow, "a slow hare")) == 1


def test_without_a_mark_equal_orders_are_meant(site: Site) -> None:
    asked = [ask(site, prompt="a wren", options=PAID) for _ in range(2)]
    assert len({run_id(each) for each in asked}) == 2
    with ThreadPoolExecutor(4) as pool:
        at_once = [pool.submit(ask, site, prompt="four wrens", options=PAID) for _ in range(4)]
    assert len({run_id(each.result()) for each in at_once}) == 4


@pytest.mark.parametrize("stream", [False, True])
def test_an_order_whose_line_broke_is_given_to_the_next_equal_one_and_to_it_alone(slow: HeldSite, stream: bool) -> None:
    prompt = f"a stork with {stream}"
    asked: dict[str, Any] = {"prompt": prompt, "stream": stream, "options": PAID}
    with broken_line(slow, GENERATIONS, body(**asked)):
        until(lambda: runs_of(slow, prompt))
    lost = lost_run(slow, prompt)
    slow.fake.let.release(2)
    until(lambda: runs_of(slow, prompt)[0].status == "finished")
    first, second = (ask(slow, **asked).text for _ in range(2))
    assert f'"{lost}"' in first
    assert f'"{lost}"' not in second
    assert slow.fake.submissions.count(prompt) == 2


def test_a_run_on_this_machine_stops_within_a_step_once_its_client_leaves(site: Site) -> None:
    with broken_line(site, GENERATIONS, body(prompt="a long crane", options={"seconds": 60}, steps=50)):
        until(lambda: site.fake.running)
    until(lambda: runs_of(site, "a long crane")[0].status == "cancelled")
    assert site.fake.running == 0
    assert made(ask(site, headers=AGAIN, prompt="a long crane", options={"seconds": 0}, steps=50))


def test_a_stream_that_is_left_stops_too(site: Site) -> None:
    with broken_line(site, GENERATIONS, body(prompt="a crane", stream=True, options={"seconds": 60}, steps=50)):
        until(lambda: site.fake.running)
    until(lambda: runs_of(site, "a crane")[0].status == "cancelled")


def test_what_failed_without_a_bill_is_tried_anew_and_what_may_have_cost_is_not(site: Site) -> None:
    unbilled, mine = {"fail_after": 0}, key()
    assert ask(site, headers=mine, prompt="a wolf", options=unbilled).status_code == 502
    assert ask(site, headers=mine, prompt="a wolf", options=unbilled).status_code == 502
    assert len(runs_of(site, "a wolf")) == 2
    lost, other = {"provider": True, "fail_after": 0, "failure": "time-out"}, key()
    first = refused(ask(site, headers=other, prompt="a lost wolf", options=lost), 424)
    again = refused(ask(site, headers={**other, **AGAIN}, prompt="a lost wolf", options=lost), 424)
    assert first["playground"] == again["playground"]
    assert (
        refused(ask(site, headers=AGAIN, prompt="a lost wolf", options=lost), 424)["playground"] == again["playground"]
    )
    assert site.fake.submissions.count("a lost wolf") == 1


def test_a_form_is_the_same_one_whatever_its_boundary(site: Site) -> None:
    mine, values = key(), {"prompt": "a fox redrawn", "options": json.dumps(PAID)}
    sent = [
        httpx.post(f"{site.address}v1/images/edits", data=values, files={"image": PICTURE}, headers=mine, timeout=60)
        for _ in range(2)
    ]
    assert sent[0].request.headers["content-type"] != sent[1].request.headers["content-type"]
    assert run_id(sent[0]) == run_id(sent[1])


def test_a_prompt_with_choices_is_one_order_of_several_runs(site: Site) -> None:
    mine = key()
    first = made(ask(site, headers=mine, prompt="a {red|blue} jay", n=2, options=PAID))
    again = made(ask(site, headers=mine, prompt="a {red|blue} jay", n=2, options=PAID))
    assert len(first["data"]) == 2
    assert first["data"] == again["data"]
    assert [run["run_id"] for run in first["playground"]["runs"]] == [
        run["run_id"] for run in again["playground"]["runs"]
    ]


def test_what_an_order_of_several_runs_never_began_is_said(site: Site) -> None:
    mine = key()
    first = made(ask(site, headers=mine, prompt="a {red|blue} ibis", n=2, options=PAID))["playground"]["runs"]
    with site.playground.store.engine.begin() as connection:  # as after a kill before the second began
        connection.execute(delete(orders).where(orders.c.run_id == first[1]["run_id"]))
    again = made(ask(site, headers=mine, prompt="a {red|blue} ibis", n=2, options=PAID))
    assert len(again["data"]) == 1
    assert again["playground"]["status"] == "partial"
    assert "1 of the 2 runs of this request never began" in again["playground"]["error"]


def test_a_run_that_was_deleted_is_not_given_again(site: Site) -> None:
    mine = key()
    first = run_id(ask(site, headers=mine, prompt="a moth", options=PAID))
    site.playground.history.delete("api", [first])
    assert run_id(ask(site, headers=mine, prompt="a moth", options=PAID)) != first


def test_a_fault_of_our_own_behind_a_paid_run_is_no_status_that_clients_repeat(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("ui.endpoints.openai.answers.encoded", _broken)
        broken.setattr("ui.endpoints.sdapi.answers.encoded", _broken)
        error = refused(ask(site, prompt="a paid loon", options=PAID), 424)
        over_there = ask(site, "sdapi/v1/txt2img", prompt="another loon", playground={"options": PAID})
        told = ask(site, prompt="a loon in a stream", stream=True, options=PAID).text
    assert error["playground"]["run_ids"] == [runs_of(site, "a paid loon")[0].id]
    assert over_there.status_code == 424
    assert over_there.headers["x-should-retry"] == "false"
    lost = runs_of(site, "a loon in a stream")[0].id
    assert "event: error" in told
    assert lost in told
    assert f'"run_id":"{lost}"' in ask(site, prompt="a loon in a stream", stream=True, options=PAID).text


def _broken(*_: Any) -> str:
    raise RuntimeError("this is a fault of ours")

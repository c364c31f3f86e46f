"""A playground that is killed once a paid run is over and before its answer is through: nobody pays for it twice."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, update

from backend.record.database.tables import orders
from tests.serving import Site, free_port, served_site
from tests.ui.endpoints.openai.asked import GENERATIONS, ask, refused, runs_of, until
from tests.ui.endpoints.openai.test_retries import PAID, run_id

ROOT = Path(__file__).parents[4]
DEAD = 2**61
"""The number of a process that never was."""


@contextmanager
def dying(data: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = free_port()
    command = [sys.executable, "-m", "tests.ui.endpoints.openai.dying", str(data), str(port)]
    with (data / "log").open("ab") as log, subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) as process:
        try:
            yield f"http://127.0.0.1:{port}/", process
        finally:
            process.kill()


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}v1/models", timeout=10).is_success
    except httpx.HTTPError:
        return False


@pytest.mark.slow  # A process of its own starts.
@pytest.mark.timeout(300)
def test_who_marks_nothing_gets_the_pictures_of_the_run_that_was_paid(tmp_path: Path) -> None:
    asked = {"prompt": "a killed fox", "options": PAID}
    with dying(tmp_path) as (address, process):
        while not answers(address):
            assert process.poll() is None, (tmp_path / "log").read_text()[-2000:]
            time.sleep(0.2)
        with pytest.raises(httpx.HTTPError):
            httpx.post(f"{address}{GENERATIONS}", json=asked, timeout=60)
        process.wait(60)
    with served_site(tmp_path) as site:
        (paid,) = runs_of(site, "a killed fox")
        assert paid.status == "finished"
        assert run_id(ask(site, **asked)) == paid.id
        assert run_id(ask(site, **asked)) != paid.id
        assert site.fake.submissions == ["a killed fox"]


def process_of(site: Site, run: str) -> int | None:
    with site.playground.store.engine.connect() as connection:
        return connection.scalar(select(orders.c.process).where(orders.c.run_id == run))


def kill(site: Site, run: str) -> None:
    """Let it look as if the process of an order were gone."""
    with site.playground.store.engine.begin() as connection:
        connection.execute(update(orders).where(orders.c.run_id == run).values(process=DEAD))


def test_an_answer_that_came_through_is_not_given_again_after_a_restart(tmp_path: Path) -> None:
    asked = {"prompt": "a fox that came", "options": PAID}
    with served_site(tmp_path) as site:
        first = run_id(ask(site, **asked))
        until(lambda: process_of(site, first) is None)
    with served_site(tmp_path) as site:
        assert run_id(ask(site, **asked)) != first


def test_a_stream_and_a_refusal_that_came_through_are_not_given_again(site: Site) -> None:
    lost = {"provider": True, "fail_after": 0, "failure": "time-out"}
    assert "completed" in ask(site, prompt="a stream", stream=True, options=PAID).text
    assert refused(ask(site, prompt="a lost heron", options=lost), 424)
    told = ask(site, "sdapi/v1/txt2img", prompt="a grebe", playground={"options": PAID})
    assert told.is_success
    for prompt in ("a stream", "a lost heron", "a grebe"):
        (run,) = runs_of(site, prompt)
        until(lambda run=run: process_of(site, run.id) is None)
    assert "completed" in ask(site, prompt="a stream", stream=True, options=PAID).text
    assert refused(ask(site, prompt="a lost heron", options=lost), 424)
    assert ask(site, "sdapi/v1/txt2img", prompt="a grebe", playground={"options": PAID}).is_success
    assert [len(runs_of(site, prompt)) for prompt in ("a stream", "a lost heron", "a grebe")] == [2, 2, 2]


def test_a_refusal_without_a_bill_that_came_through_waits_for_nobody(site: Site) -> None:
    broke = {"provider": True, "fail_after": 0, "failure": "no credit"}
    assert refused(ask(site, prompt="a poor heron", options=broke), 402)["playground"]["billed"] == "no"
    (run,) = runs_of(site, "a poor heron")
    until(lambda: process_of(site, run.id) is None)


@pytest.mark.parametrize("path", [GENERATIONS, "sdapi/v1/txt2img"])
def test_what_a_dead_process_did_not_hand_out_is_given_once(path: str, site: Site) -> None:
    asked = {"prompt": f"a killed grebe over {path}", "options": PAID, "playground": {"options": PAID}}
    first = ask(site, path, **asked).headers["x-playground-run-id"]
    until(lambda: process_of(site, first) is None)
    kill(site, first)
    assert ask(site, path, **asked).headers["x-playground-run-id"] == first
    assert ask(site, path, **asked).headers["x-playground-run-id"] != first


def test_a_refusal_with_a_bill_that_did_not_come_through_is_told_again_and_orders_nothing(site: Site) -> None:
    asked = {"prompt": "a killed heron", "options": {"provider": True, "fail_after": 0, "failure": "time-out"}}
    first = refused(ask(site, **asked), 424)["playground"]["run_ids"]
    until(lambda: process_of(site, first[0]) is None)
    kill(site, first[0])
    assert refused(ask(site, **asked), 424)["playground"]["run_ids"] == first
    assert site.fake.submissions.count("a killed heron") == 1

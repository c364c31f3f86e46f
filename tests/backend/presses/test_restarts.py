"""Restarts, one of them a kill −9: what waits is drawn once and in order, and what was spent is what the ledger has."""

import contextlib
import dataclasses
import signal
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend.domain.requests import parse_request
from backend.generation.prepared import Asked
from backend.generation.recovery import recover
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.presses.queues import Queues
from backend.prompts.wording import PLAIN
from backend.record.database.engine import open_database
from backend.record.database.queue_tables import queue_entries, queues
from backend.record.database.tables import ledger, runs
from backend.record.store import Store
from backend.threads.live_runs import LiveRuns
from backend.threads.open_pages import OpenPages
from tests.backend.presses.conftest import Scene, scene_of, until
from tests.backend.presses.drawing import opened, pages
from tests.opened import close


def fill(data: Path, visitors: int, entries: int) -> None:
    """Let entries wait in each visitor's queue: the fake's own, every fifth of which is paid."""
    playground = opened(data)
    presses = Queues(playground, lambda _: PLAIN)
    with contextlib.ExitStack() as stack:
        for caller in pages(playground, visitors, stack):
            with playground.live.press(caller):
                for number in range(entries):
                    values = {"mode": "text_to_image", "prompt": f"{caller.visitor} {number:03d}", "steps": 1}
                    values |= {"width": 128, "height": 128, "options": {"provider": number % 5 == 0}}
                    presses.add(caller, Asked(playground.choose("fake"), parse_request(values)))
                presses.pause(caller)
    close(playground)


def draw(data: Path, visitors: int, images: int, how: str) -> int:
    """Draw in a process of its own and return how that ended."""
    command = [sys.executable, "-m", "tests.backend.presses.drawing", str(data), str(visitors), str(images), how]
    return subprocess.run(command, check=False, timeout=550).returncode


def finish(data: Path, visitors: int) -> Playground:
    """Draw the rest here."""
    playground = opened(data)
    recover(playground).join(60)
    scene = scene_of(playground, linger=60)
    here = pages(playground, visitors, scene.pages)
    for caller in here:
        scene.queues.resume(caller)
    for caller in here:
        until(lambda caller=caller: not (now := scene.queues.look(caller)).drawing and not now.queue.entries)
    scene.pages.close()
    return playground


def check(playground: Playground, visitors: int, entries: int) -> None:
    with playground.store.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(queue_entries)) == 0
        open_ones = select(func.count()).where(ledger.c.state.in_(("reserved", "held")))
        assert connection.scalar(open_ones) == 0
        settled = connection.scalar(select(func.sum(ledger.c.settled_usd))) or Decimal(0)
        assert connection.scalar(select(func.count()).where(runs.c.status == "running")) == 0
    bills = Decimal(0)
    for number in range(visitors):
        found = playground.store.runs(f"visitor-{number}", limit=1000)
        drawn = [run.request.prompt for run in reversed(found) if run.images]
        assert drawn == [f"visitor-{number} {entry:03d}" for entry in range(entries)]
        assert set(Counter(drawn).values()) == {1}
        bills += sum((run.cost_usd or Decimal(0) for run in found), Decimal(0))
    assert settled == bills == Decimal("0.0013") * visitors * len(range(0, entries, 5))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_five_hundred_over_three_restarts_one_a_kill_are_drawn_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path, 10, 50)
    assert draw(tmp_path, 10, 120, "end") == 0
    assert draw(tmp_path, 10, 130, "kill") == -signal.SIGKILL
    assert draw(tmp_path, 10, 100, "end") == 0
    playground = finish(tmp_path, 10)
    check(playground, 10, 50)
    close(playground)


def test_a_few_over_a_kill_are_drawn_once_and_in_order(tmp_path: Path) -> None:
    fill(tmp_path, 2, 10)
    assert draw(tmp_path, 2, 7, "kill") == -signal.SIGKILL
    playground = finish(tmp_path, 2)
    check(playground, 2, 10)
    close(playground)


def restarted(playground: Playground) -> Playground:
    """Return the playground as another process opens it, the first being gone."""
    playground.store.engine.dispose()
    engine = open_database(playground.settings.data)
    anew = {"store": Store(engine), "budget": Budget(engine), "live": LiveRuns(), "pages": OpenPages()}
    return dataclasses.replace(playground, **anew)


def test_a_queue_waits_for_a_press_after_a_restart_and_says_why(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one")
        scene.queues.pause(ann)
        scene.queues.resume(ann)  # It is being drawn, as soon as the run has ended, when the process ends.
        now = restarted(scene.playground)
        again = scene_of(now)
        here = again.page()
        seen = again.queues.look(here)
        assert (seen.drawing, seen.queue.paused, again.waiting(here)) == (False, True, ["one"])
        assert "started anew" in str(seen.queue.said)
        again.queues.resume(here)
        again.at_rest(here)
        assert again.drawn() == ["one"]
        again.pages.close()
        now.store.engine.dispose()


def test_what_lay_ready_for_a_queue_whose_playground_is_gone_is_taken_back(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        entry = scene.add(ann, options={"provider": True})
        assert scene.reserved() == [entry.id]
        with scene.playground.store.engine.begin() as connection:
            connection.execute(queues.update().values(process=1))
        recover(scene.playground).join(60)
        assert scene.reserved() == []
        scene.queues.empty(ann)

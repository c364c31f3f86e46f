"""A run at a server of OpenAI's form that is stopped, left or killed: one order each, and nothing paid is lost."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from backend.domain.caller import Caller, OwnKey
from backend.domain.errors import OverBudget
from backend.domain.events import Generated
from backend.domain.records import ASKED_ONCE, Run
from backend.generation.generate import generate
from backend.generation.recovery import recover
from backend.images.storage.files import ImageFiles
from backend.simulator.faults import Fault
from backend.simulator.server import running
from backend.simulator.world import World
from tests.backend.abandoned import abandon
from tests.backend.adapters.openai.scene import LONG, MAKE, ME, Scene, fox, openai_scene
from tests.backend.killed_run import settings_for
from tests.backend.simulator.held_artist import HeldArtist
from tests.opened import opened


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_stop_while_an_order_is_out_keeps_its_picture_and_orders_no_more(scene: Scene) -> None:
    held = HeldArtist(scene.world.files)
    scene.world.artist = held
    events = generate(scene.playground, Caller(visitor=ME), "openai", fox(count=4))
    for _ in events:
        if scene.world.count(MAKE):
            break
    events.close()  # type: ignore[attr-defined]
    held.may_draw.set()
    (run,) = scene.ended()
    assert (run.status, len(run.images), run.cost_usd) == ("cancelled", 1, Decimal("0.001"))
    assert (scene.world.count(MAKE), len(scene.world.account.bills)) == (1, 1)


def test_stop_before_anything_was_ordered_costs_nothing(scene: Scene) -> None:
    events = generate(scene.playground, Caller(visitor=ME), "openai", fox())
    events.close()  # type: ignore[attr-defined]
    assert scene.ended() == []
    assert scene.world.count(MAKE) == 0


def left_running(scene: Scene, **values: object) -> Run:
    """Put a run on record as a playground that was killed leaves it."""
    run = Run("a" * 32, ME, "openai", fox(count=2), "running", datetime.now(UTC), estimate_usd=Decimal("0.002"))
    playground = scene.playground
    with playground.budget.transaction() as connection:
        payer = values.pop("payer", "house")
        playground.budget.reserve(run, Decimal("0.002"), payer=payer, connection=connection)  # type: ignore[arg-type]
        playground.store.add(run, connection=connection)
    ids = {"own_key": payer == "visitor", ASKED_ONCE: True, "orders": {"0": "one", "1": "two"}}
    playground.store.submitted(run.id, ids)
    return replace(run, provider_ids=ids)


@pytest.mark.parametrize("payer", ["house", "visitor"])
def test_what_was_on_order_when_it_was_killed_may_have_been_billed(scene: Scene, payer: str) -> None:
    run = left_running(scene, payer=payer)
    abandon(scene.playground, run.id)
    recover(scene.playground).join(LONG)
    again = scene.playground.store.run(run.id)
    assert (again.status, again.billed, again.cost_usd) == ("interrupted", "unknown", None)
    assert again.error is not None
    assert "may have been billed; nothing is ordered again" in again.error
    assert scene.world.count(MAKE) == 0
    state, *_ = scene.playground.budget.entry(run.id) or ("",)
    assert state == "held"
    assert scene.playground.history.recoverable(ME) == ()


def test_an_own_key_that_is_forgotten_orders_nothing_more(scene: Scene) -> None:
    here = [True]
    caller = Caller(visitor=ME, keys={"openai": OwnKey("rehearsal")}, holds=lambda _: here[0])
    for event in generate(scene.playground, caller, "openai", fox(count=3)):
        if isinstance(event, Generated):
            here[0] = False
    (run,) = scene.ended()
    assert (len(run.images) in (1, 2), scene.world.count(MAKE) == len(run.images)) == (True, True)


@pytest.mark.slow
def test_a_playground_that_is_killed_while_an_order_is_out_orders_nothing_again(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path / "simulator")
    held = HeldArtist(files)
    world = World(held, files)
    with running(world) as address:
        command = [
            sys.executable,
            "-m",
            "tests.backend.killed_run",
            str(tmp_path / "data"),
            "openai",
            address,
            "999999",
        ]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            wait_until(lambda: world.count(MAKE) == 1 or process.poll() is not None)
            process.kill()
        held.may_draw.set()
        with opened(settings_for(tmp_path / "data", "openai", address)) as playground:
            recover(playground).join(LONG)
            (run,) = playground.store.runs("ann")
    assert (run.status, run.billed, run.images) == ("interrupted", "unknown", ())
    assert "may have been billed" in str(run.error)
    assert world.count(MAKE) == 1


def test_strangers_spend_nothing_where_nobody_knows_the_price(tmp_path: Path) -> None:
    with openai_scene(tmp_path, priced=False, GRADIO_SHARE=True) as scene:
        with pytest.raises(OverBudget, match="Nobody knows beforehand what this costs"):
            list(generate(scene.playground, Caller(visitor="stranger"), "openai", fox()))
        assert scene.world.count(MAKE) == 0
        own = Caller(visitor="stranger", keys={"openai": OwnKey("rehearsal")})
        _, run = scene.draw(fox(), own)
    assert (run.cost_usd, run.cost_kind) == (None, "unknown")


def test_a_cap_that_is_reached_between_runs_orders_nothing_above_it(tmp_path: Path) -> None:
    with openai_scene(tmp_path, GRADIO_SHARE=True, PLAYGROUND_VISITOR_CAP_USD="0.005") as scene:
        scene.draw(fox(count=3))
        with pytest.raises(OverBudget, match=r"This may cost up to \$0\.003"):
            list(generate(scene.playground, Caller(visitor=ME), "openai", fox(count=3)))
        scene.draw(fox(count=2, seed=9))
    assert (len(scene.world.account.bills), sum(scene.world.account.bills)) == (5, Decimal("0.005"))


def test_what_may_have_been_billed_counts_under_the_cap(tmp_path: Path) -> None:
    with openai_scene(tmp_path, PLAYGROUND_VISITOR_CAP_USD="0.002") as scene:
        scene.world.faults.add(Fault(kind="drop_after", operation=MAKE))
        scene.failed(fox(count=2))
        with pytest.raises(OverBudget):
            list(generate(scene.playground, Caller(visitor=ME), "openai", fox()))

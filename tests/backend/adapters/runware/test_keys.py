"""A key goes to Runware and nowhere else."""

import json
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr

from backend.domain.caller import Caller, OwnKey
from backend.domain.errors import Unsupported
from backend.domain.requests import TextToImage
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import Scene
from ui.head.header import state_html

OWN = "rw-own-key-of-a-visitor-987"
FOX = TextToImage(prompt="a fox", width=128, height=128, seed=1)


def visitor(key: str = OWN) -> Caller:
    return Caller(visitor="visitor-1", keys={"runware": SecretStr(key)})


def test_a_visitors_own_key_wins_over_the_servers(scene: Scene) -> None:
    scene.world.key = OWN
    _, run = scene.draw(FOX, visitor())
    assert run.status == "finished"
    assert scene.draw(FOX)[1].status == "failed"


@pytest.mark.parametrize("fault", [None, "status", "drop_after", "garbage", "partial"])
def test_no_key_is_left_anywhere(scene: Scene, caplog: pytest.LogCaptureFixture, fault: str | None) -> None:
    caplog.set_level(logging.DEBUG)
    scene.world.key = OWN
    if fault:
        scene.world.faults.add(Fault(kind=fault, operation="runware.imageInference", status=401, code=f"bad {OWN}"))
    events = scene.events(FOX, visitor())
    seen = [caplog.text, repr(events), repr(scene.runware), repr(vars(scene.runware)), repr(visitor())]
    seen += [json.dumps(arrival.body) for arrival in scene.world.arrivals]
    seen += [str(event.error) + repr(event.error.details) for event in events if hasattr(event, "error")]
    assert not [text for text in seen if OWN in text]
    scene.playground.store.engine.dispose()
    assert not [path for path in files_below(scene.playground.settings.data) if OWN.encode() in path.read_bytes()]


def test_a_provider_that_repeats_the_key_is_not_quoted_with_it(scene: Scene) -> None:
    scene.world.key = "another"
    scene.world.faults.add(
        Fault(kind="status", operation="runware.imageInference", status=400, code=f"invalid {OWN} here", times=9)
    )
    scene.world.key = OWN
    _, run = scene.draw(FOX, visitor())
    assert run.error is not None
    assert OWN not in run.error
    assert "•••" in run.error


def test_a_key_with_a_line_break_is_refused_before_anything_is_sent(scene: Scene) -> None:
    _, run = scene.draw(FOX, visitor("rw-key\r\nX-Evil: 1"))
    assert run.error is not None
    assert "paste it again" in run.error
    assert "rw-key" not in run.error
    assert scene.world.arrivals == []


@pytest.mark.parametrize("kind", ["status", "gateway"])
def test_a_refused_key_is_named_by_whose_it_is(scene: Scene, kind: str) -> None:
    for caller, named, other in (
        (Caller(visitor="visitor-1", keys={"runware": OwnKey(OWN)}), "the key that you pasted", "RUNWARE_API_KEY"),
        (Caller(visitor="visitor-1"), "RUNWARE_API_KEY", "that you pasted"),
    ):
        scene.world.faults.add(Fault(kind=kind, operation="runware.imageInference", status=401))
        _, run = scene.draw(FOX, caller)
        assert run.error is not None
        assert named in run.error
        assert other not in run.error


def test_the_balance_is_offered_to_whom_it_is_shown(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Caller(visitor="visitor-2")
    assert scene.runware.offered(stranger)
    monkeypatch.setattr(scene.runware, "_public", True)
    assert not scene.runware.offered(stranger)
    assert "balance" not in state_html(scene.runware, stranger)
    assert scene.runware.offered(visitor())
    assert "balance" in state_html(scene.runware, visitor())
    monkeypatch.setattr(scene.runware, "_public", False)
    monkeypatch.setattr(scene.runware, "_server_key", None)
    assert not scene.runware.offered(stranger)


def test_the_balance_is_shown_on_demand_and_as_an_amount_alone(scene: Scene) -> None:
    caller = Caller(visitor="visitor-1")
    assert scene.runware.state(caller).message == "Ready"
    assert "balance" in scene.runware.actions()
    scene.runware.act("balance", caller)
    assert scene.runware.state(caller).message == "Ready; $10.00 left in the account"
    assert scene.runware.state(visitor()).message == "Ready"


def test_the_balance_of_the_servers_key_is_not_for_strangers(scene: Scene) -> None:
    settings = scene.playground.settings.model_copy(update={"share": True})
    public = type(scene.runware)(settings, scene.playground.files, scene.runware.service.line)
    with pytest.raises(Unsupported, match="key of your own"):
        public.act("balance", Caller(visitor="visitor-1"))
    scene.world.key = OWN
    public.act("balance", visitor())
    assert "$10.00" in public.state(visitor()).message


def test_an_action_that_there_is_not_is_refused(scene: Scene) -> None:
    with pytest.raises(Unsupported):
        scene.runware.act("empty the account", Caller(visitor="visitor-1"))


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]

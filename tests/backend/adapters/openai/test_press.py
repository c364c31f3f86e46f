"""The button "Prove the seed" beside the state: it says how far it is, orders two runs, and tells why it can't."""

from pathlib import Path

import gradio as gr
import pytest

from backend.domain.caller import Caller
from backend.simulator.faults import Fault
from tests.backend.adapters.openai.scene import MAKE, ME, Scene, openai_scene
from tests.ui.serving.test_caller import request_of
from ui.head.header import Switch, header, state_html


def pressed(scene: Scene, action: str = "prove") -> list[str]:
    with gr.Blocks():
        head = header(scene.playground)
    event = gr.EventData(None, {"action": action})
    changes = Switch(scene.playground, head).act("openai", "text_to_image", event, request_of())
    return [str(each[head.state]) for each in changes]


def test_it_says_how_far_it_is_and_then_how_it_stands(scene: Scene) -> None:
    assert 'data-action="prove"' in state_html(scene.backend, Caller(visitor=ME))
    first, second, last = pressed(scene)
    assert "Ordering picture 1 of 2" in first
    assert "Ordering picture 2 of 2" in second
    assert "Ready; seeds are proven" in last
    assert 'data-action="prove"' not in last
    assert (scene.world.count(MAKE), len(scene.world.account.bills)) == (2, 2)


def test_a_failure_is_told_and_the_second_is_not_ordered(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", status=500, operation=MAKE))
    with pytest.raises(gr.Error, match="It may have been billed"):
        pressed(scene)
    assert scene.world.count(MAKE) == 0


def test_strangers_are_told_that_it_is_not_theirs(tmp_path: Path) -> None:
    with openai_scene(tmp_path, GRADIO_SHARE=True) as scene:
        with pytest.raises(gr.Error, match="for whoever pays"):
            pressed(scene)
        assert scene.world.arrivals == []


def test_an_action_that_nobody_has_is_refused(scene: Scene) -> None:
    with pytest.raises(gr.Error, match="knows no action"):
        pressed(scene, "dance")

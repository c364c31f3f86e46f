"""Gradio's sessions: they describe nothing, they are few, and a page goes on whose session was given up."""

import gc
import inspect
import logging
import re
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, TypeVar

import gradio as gr
import pytest
from gradio.state_holder import SessionState, StateHolder

from app import launch_options
from backend.gate.routes import is_shut
from backend.playground import Playground
from tests.benchmarks.support.crowd import Crowd
from tests.benchmarks.support.session import Events, opened
from tests.serving import Site, served_site
from ui.events.buttons import _read
from ui.serving.sessions import MOST_SESSIONS, lean_sessions, remember_signatures

Kind = TypeVar("Kind")
GRADIO = Path(inspect.getfile(gr)).parent


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground that keeps the sessions of two pages."""
    with ExitStack() as serving:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ui.serving.sessions.MOST_SESSIONS", 2)
            site = serving.enter_context(served_site(tmp_path_factory.mktemp("data"), two=True))
        yield site


def test_this_release_of_gradio_builds_its_sessions_as_known() -> None:
    spec = spec_from_file_location("state_holder_as_it_came", GRADIO / "state_holder.py")
    assert spec
    assert spec.loader
    spec.loader.exec_module(fresh := module_from_spec(spec))
    assert lean_sessions(fresh.SessionState), (
        "Gradio changed its sessions: look at ui/serving/sessions.py, and measure anew"
    )
    assert lean_sessions(fresh.SessionState), "once done it stays"
    lean = fresh.SessionState.__init__
    lean_sessions(fresh.SessionState)
    assert fresh.SessionState.__init__ is lean


def test_what_sessions_leave_out_is_read_for_a_deep_link_alone_which_is_shut() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in GRADIO.glob("*.py")}
    assert [path.name for path, text in sources.items() if "config_values" in text] == ["state_holder.py"]
    read = re.compile(r"(state_holder\[[^]]*\]|session_state|\bstate|session)\s*\.components\b")
    found = {path.name: read.findall(text) for path, text in sources.items() if read.search(text)}
    assert found == {"routes.py": ["state_holder[session_hash]"]}
    assert "def deep_link(" in sources[GRADIO / "routes.py"].split("state_holder[session_hash].components")[0][-400:]
    assert is_shut("/gradio_api/deep_link")


def test_a_release_that_builds_sessions_otherwise_is_left_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    class Later:
        def __init__(self, blocks: gr.Blocks) -> None:
            self.config_values = {1: blocks}

        def __setitem__(self, key: int, value: Any) -> None:
            self.config_values[key] = value

        def shown(self) -> list[Any]:
            return list(self.config_values)

    before = dict(vars(Later))
    with caplog.at_level(logging.WARNING, "ui.serving.sessions"):
        assert not lean_sessions(Later)  # type: ignore[arg-type]
    assert dict(vars(Later)) == before
    assert "otherwise" in caplog.text


def test_a_session_keeps_states_and_changed_components_but_describes_none() -> None:
    assert lean_sessions()
    with gr.Blocks(analytics_enabled=False) as demo:
        number, choice = gr.State(7), gr.Dropdown(["a"])
    session = SessionState(demo)
    assert session[number._id] == 7
    session[number._id] = 8
    session[choice._id] = other = gr.Dropdown(["b"], render=False)
    session._update_config(choice._id)
    session._update_value_in_config(choice._id, "b")
    assert (session[number._id], session[choice._id]) == (8, other)
    assert SessionState(demo)[choice._id] is choice, "what one session changes is not another's"
    assert [value for _, value, _ in session.state_components] == [8]
    assert choice._id not in session.config_values


def test_signatures_are_remembered_and_the_same() -> None:
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.ColorPicker()
    before = inspect.signature(gr.ColorPicker.__init__)
    remember_signatures(demo)
    assert inspect.signature(gr.ColorPicker.__init__) is inspect.signature(gr.ColorPicker.__init__)
    assert inspect.signature(gr.ColorPicker.__init__) == before


def test_the_playground_keeps_few_sessions(playground: Playground) -> None:
    assert launch_options(playground)["state_session_capacity"] == MOST_SESSIONS == 500


@pytest.mark.parametrize(
    ("given", "read"), [("mine", "mine"), (None, ""), ({"a": 1}, "{'a': 1}"), (["a"], "['a']"), (7, "7")]
)
def test_a_choice_is_read_as_a_name_whatever_a_browser_sends(given: Any, read: str) -> None:
    assert _read(gr.Dropdown(["other"]), given) == read


@pytest.mark.parametrize(("given", "read"), [(["a", 7], ["a", "7"]), (None, []), ("a", [])])
def test_several_choices_are_read_as_names(given: Any, read: list[str]) -> None:
    assert _read(gr.Dropdown(["other"], multiselect=True), given) == read


def others_open(site: Site, events: Events, count: int = 3) -> None:
    """Open so many pages that none is kept of those before."""
    for _ in range(count):
        with opened(site.address, events):
            pass


def test_a_page_whose_session_was_given_up_keeps_its_own_lists(site: Site) -> None:
    events = Events.of(site.address)
    with opened(site.address, events) as page:
        page.press("list-save", list_name="trees", list_lines="oak")
        page.press("style-save", style_name="soft", style_prompt="soft light", style_negative="")
        page.tell("click", {}, at="preset-save", preset_name="mine", mode="text_to_image", prompt="a boat")
        others_open(site, events)
        assert page.tell("input", {}, at="own-list", own_list="trees") == ["trees", "oak"]
        others_open(site, events)
        assert page.tell("input", {}, at="own-style", own_style="soft")[:2] == ["soft", "soft light"]
        others_open(site, events)
        assert "a boat" in str(page.tell("input", {}, at="preset", preset="mine"))
        others_open(site, events)
        chosen = {"own_list": "trees", "own_style": "soft", "preset": "mine", "styles": ["soft"]}
        assert "(1 styles)" in str(page.press("style-export", **chosen))
        others_open(site, events)
        page.press("preset-remove", **chosen)
        with pytest.raises(RuntimeError, match="mine"):
            page.press("preset-remove", **chosen)


def test_no_event_holds_a_value_to_bounds_that_a_session_would_have_to_remember(site: Site) -> None:
    events = Events.of(site.address)
    with opened(site.address, events) as page:
        page.press("list-save", list_name="birds", list_lines="owl")
        page.tell("switched", {"values": {"backend": "second"}, "before": "fake"})
        session = session_of(page.name)
        own, first = session.blocks_config, session.blocks_config.root_block.default_config.blocks
        assert set(own.blocks) == set(first), "a component that was changed is kept more than once"
        checked = {key: block for key, block in own.blocks.items() if not isinstance(block, gr.HTML)}
        moved = {key for key, block in checked.items() if bounds(block) != bounds(first[key])}
        assert {first[key].elem_id for key in moved} >= {"own-list"}
        held = {block._id for each in own.fns.values() if each.preprocess for block in each.inputs}
        assert not {first[key].elem_id for key in moved & held}
        assert not any(block.stateful for block in first.values())


def bounds(block: Any) -> list[Any]:
    """Return what Gradio refuses values by."""
    return [getattr(block, name, None) for name in ("choices", "minimum", "maximum", "max_length", "file_types")]


def objects_of(kind: type[Kind]) -> list[Kind]:
    """Return all that live of a kind, by their type: asked for its class, some of torch's objects warn."""
    return [each for each in gc.get_objects() if issubclass(type(each), kind)]


def session_of(name: str) -> SessionState:
    """Return the session of this name; other tests' playgrounds may live in this process too."""
    holders = objects_of(StateHolder)
    (session,) = (each.session_data[name] for each in holders if name in each.session_data)
    return session


def test_a_page_whose_session_was_given_up_keeps_its_key_and_its_place_in_the_history(site: Site) -> None:
    events = Events.of(site.address)
    with opened(site.address, events) as page:
        page.press("own-key-keep", own_key_text="a-key-of-mine-12", backend="fake")
        others_open(site, events)
        assert "a-key-of-mine-12" in site.playground.callers.keys.secrets()
        assert 72 in page.press("history-more", history_shown=48)
        assert page.look(prompt="a boat")
    with opened(site.address, events) as page, pytest.raises(RuntimeError, match="maximum"):
        page.press("history-more", history_shown=10**9)


def test_a_run_goes_on_whose_session_was_given_up_meanwhile(site: Site) -> None:
    events = Events.of(site.address)
    with ThreadPoolExecutor(1) as aside:
        made = aside.submit(Crowd(visitors=1, runs_each=1, seconds=2).visit, site.address)
        while not site.fake.running:
            time.sleep(0.02)
        others_open(site, events)
        assert site.fake.running, "it was over before the others came"
        assert [each.run["status"] for each in made.result()] == ["finished"]


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_runs_and_pages_past_the_most_sessions_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.serving.sessions.MOST_SESSIONS", 20)
    with served_site(tmp_path) as site:
        events = Events.of(site.address)
        sessions_before = sessions()

        def come() -> None:
            others_open(site, events, 30)
            Crowd(visitors=1, runs_each=30, seconds=0).visit(site.address)

        come()
        full, known = sessions() - sessions_before, components()
        assert full == 20
        tracemalloc.start()
        come()  # what is kept elsewhere by number, as the log of events, fills up too
        before, _ = tracemalloc.get_traced_memory()
        come()
        growth = (tracemalloc.get_traced_memory()[0] - before) / 60 / 2**20
        tracemalloc.stop()
        assert sessions() - sessions_before == 20
        assert components() <= known + 10
        assert growth < 0.02, f"{growth:.3f} MB a session"


def sessions() -> int:
    gc.collect()
    return len(objects_of(SessionState))


def components() -> int:
    return len(objects_of(gr.components.Component))


def test_a_session_takes_little_memory_and_time(site: Site) -> None:
    with opened(site.address, Events.of(site.address)):
        blocks = objects_of(SessionState)[0].blocks_config.root_block
    tracemalloc.start()
    before, began = tracemalloc.get_traced_memory()[0], time.process_time()
    kept = [SessionState(blocks) for _ in range(20)]
    size = (tracemalloc.get_traced_memory()[0] - before) / 20 / 1024
    tracemalloc.stop()
    assert len(kept[0].blocks_config.blocks) > 150
    assert size < 50, f"{size:.0f} KiB; Gradio's own take 475"
    assert time.process_time() - began < 0.2  # Gradio's own take 0.5 to 2 s

"""Another model for the one that draws: what runs ends with its own, and the old one's memory is given back first."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.adapters.base import UNLOAD, USE
from backend.adapters.local.at_hand import Models
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.collection.collection import Collection
from backend.adapters.local.loaded import Loaded
from backend.adapters.local.machine.checkpoint import EMBEDDED, EMBEDDED_MODEL, Checkpoint
from backend.adapters.local.machine.device import Machine
from backend.domain.caller import Caller
from backend.domain.errors import Unsupported
from backend.domain.events import Event, Progress, unheard
from backend.generation.generate import generate
from backend.playground import Playground
from backend.settings import Settings
from tests.backend.adapters.local.conftest import asked, finished
from tests.backend.adapters.local.machine.test_tenancy import until_waiting

CPU = Machine("cpu", "CPU", 16 * 2**30)


def until_changed(models: Models) -> None:
    """Wait for the end of what was begun."""
    while thread := models.change._thread:
        thread.join()


@pytest.fixture
def another(tmp_path: Path) -> Path:
    """Return a folder with the embedded model's weights, which calls itself a base model."""
    folder = tmp_path / "models" / "anime-z"
    shutil.copytree(EMBEDDED, folder)
    (folder / "world.json").unlink()
    scheduler = folder / "scheduler" / "scheduler_config.json"
    scheduler.write_text(scheduler.read_text("utf-8").replace('"shift": 3.0', '"shift": 6.0'), "utf-8")
    return folder


@pytest.fixture
def broken(another: Path) -> Path:
    """Return a folder whose transformer can't be read."""
    folder = another.parent / "broken-z"
    shutil.copytree(another, folder)
    (folder / "transformer" / "config.json").write_text("{", "utf-8")
    return folder


@pytest.fixture
def backend(playground: Playground, another: Path, tmp_path: Path) -> Iterator[LocalBackend]:
    """Return a local backend of its own over these folders."""
    settings = Settings(
        _env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_MODELS=str(another.parent), PLAYGROUND_DATA=tmp_path
    )
    local = LocalBackend(settings, playground.files, CPU)
    local.collection = Collection(local.collection.folders, tmp_path / "index.json", tmp_path / "no cache")
    yield local
    until_changed(local.models)


@pytest.fixture
def own(playground: Playground, backend: LocalBackend) -> Playground:
    return replace(playground, backends={"local": backend}, default="local")


def run(own: Playground, caller: Caller, **values: Any) -> Iterator[Event]:
    return generate(own, caller, "local", asked(**{"steps": 1} | values))


def test_the_old_models_weights_are_gone_before_the_new_ones_are_read_whoever_still_holds_its_engine(
    backend: LocalBackend, another: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = backend.models.wait(unheard, 1)
    assert list(engine.pipe.transformer.parameters())
    left: list[int] = []
    failure = Loaded.failure

    def loading(loaded: Loaded) -> Any:
        left.append(sum(1 for part in engine.pipe.components.values() for _ in getattr(part, "parameters", list)()))
        return failure(loaded)

    monkeypatch.setattr(Loaded, "failure", loading)
    backend.act(f"{USE}{another}", Caller(visitor="v"))
    until_changed(backend.models)
    assert left == [0]
    assert backend.models.wait(unheard, 1) is not engine
    assert backend.model_name == "anime-z"


def test_the_form_follows_a_switch_at_once(backend: LocalBackend, another: Path, caller: Caller) -> None:
    assert backend.capabilities.defaults == {}
    backend.act(f"{USE}{another}", caller)
    assert backend.capabilities.defaults == {"steps": 28, "guidance": 4, "shift": 6}
    assert backend.capabilities.profile == "base"
    assert backend.remarks(asked(steps=8))


def test_a_run_ends_with_the_model_it_was_asked_of_and_the_next_waits_for_the_switch(
    own: Playground, backend: LocalBackend, another: Path, caller: Caller
) -> None:
    events = run(own, caller, steps=2, count=2)
    for event in events:
        if isinstance(event, Progress) and event.step == 1:
            backend.act(f"{USE}{another}", caller)
            break
    assert backend.state(caller).busy
    first = finished(events).run
    assert [image.details["model"] for image in first.images] == ["presets/tiny", "presets/tiny"]
    second = finished(run(own, caller, width=512, height=512)).run
    assert [(image.details["model"], image.details["profile"]) for image in second.images] == [("anime-z", "base")]


def test_each_runs_pictures_name_the_model_that_drew_them(
    own: Playground, backend: LocalBackend, another: Path, caller: Caller
) -> None:
    from backend.record.run_json import run_json
    from backend.restore.read import read_metadata

    backend.act(f"{USE}{another}", caller)
    done = finished(run(own, caller, width=128, height=128)).run
    assert run_json(done)["images"][0]["model"] == "anime-z"
    content = own.files.read(done.images[0].sha256)
    restored = read_metadata(content)
    assert restored
    assert (restored.model, restored.profile) == ("anime-z", "base")
    assert b"Model: anime-z" in content
    backend.act(f"{USE}tiny", caller)
    assert backend.model_here((128, 128), "anime-z").name == "anime-z"


def test_a_model_that_cannot_be_loaded_gives_the_old_one_back_and_says_so(
    own: Playground, backend: LocalBackend, broken: Path, caller: Caller
) -> None:
    backend.models.wait(unheard, 1)
    backend.act(f"{USE}{broken}", caller)
    until_changed(backend.models)
    state = backend.state(caller)
    assert state.ready
    assert "broken-z could not be loaded" in state.message
    assert "the small embedded model is back." in state.message
    assert finished(run(own, caller)).run.images[0].details["model"] == "presets/tiny"


def test_where_the_old_model_cannot_come_back_either_none_is_loaded_and_the_page_says_so(
    backend: LocalBackend, broken: Path, caller: Caller
) -> None:
    gone = broken.parent / "gone-z"
    shutil.copytree(broken.parent / "anime-z", gone)
    backend.models.switch(Checkpoint("gone-z", gone))
    until_changed(backend.models)
    (gone / "transformer" / "config.json").write_text("{", "utf-8")
    backend.act(f"{USE}{broken}", caller)
    until_changed(backend.models)
    state = backend.state(caller)
    assert not state.ready
    assert "No model is loaded, since gone-z could not be loaded again" in state.message


def test_of_two_pages_that_switch_at_once_the_last_ones_model_comes(
    backend: LocalBackend, another: Path, broken: Path, caller: Caller
) -> None:
    with backend.models.held(unheard, 1, None):
        backend.act(f"{USE}{broken}", caller)
        backend.act(f"{USE}{another}", caller)
    until_changed(backend.models)
    assert backend.models.drawing.name == "anime-z"
    assert backend.models.change.notice == ""


def test_choosing_the_model_at_hand_again_takes_a_switch_back(
    backend: LocalBackend, another: Path, caller: Caller
) -> None:
    engine = backend.models.wait(unheard, 1)
    with backend.models.held(unheard, 1, None):
        backend.act(f"{USE}{another}", caller)
        backend.act(f"{USE}tiny", caller)
    until_changed(backend.models)
    assert backend.models.drawing == EMBEDDED_MODEL
    assert finished_parameters(backend.models.wait(unheard, 1)) == finished_parameters(engine) > 0


def finished_parameters(engine: Any) -> int:
    return sum(1 for _ in engine.pipe.transformer.parameters())


def test_unload_gives_the_memory_back_and_the_next_run_loads_it_again(
    own: Playground, backend: LocalBackend, caller: Caller
) -> None:
    engine = backend.models.wait(unheard, 1)
    backend.act(UNLOAD, caller)
    until_changed(backend.models)
    assert backend.models.loaded.loading.result is None
    assert not list(engine.pipe.transformer.parameters())
    assert "memory was given back" in backend.state(caller).message
    assert finished(run(own, caller)).run.status == "finished"


def test_a_control_net_goes_with_the_model_that_it_shares_weights_with(
    own: Playground, backend: LocalBackend, another: Path, caller: Caller
) -> None:
    engine = backend.models.wait(unheard, 1)
    guide = engine.guide_with("auto").wait(unheard).model
    backend.act(f"{USE}{another}", caller)
    until_changed(backend.models)
    assert not list(guide.parameters())
    fresh = backend.models.wait(unheard, 1)
    assert list(fresh.guide_with("auto").wait(unheard).model.parameters())


def test_a_request_that_the_new_model_cannot_draw_is_refused_when_its_turn_comes(
    own: Playground, backend: LocalBackend, another: Path, caller: Caller
) -> None:
    backend.models.switch(Checkpoint("anime-z", another))
    until_changed(backend.models)
    request = asked(width=1024, height=1024)
    with backend.models.held(unheard, 1, None):
        begun = threading.Event()
        failed: list[Unsupported] = []

        def wait_for_its_turn() -> None:
            begun.set()
            try:
                backend.run(request, caller, _Silent())
            except Unsupported as error:
                failed.append(error)

        backend.act(f"{USE}tiny", caller)
        until_waiting(backend.models.change.tenancy)
        thread = threading.Thread(target=wait_for_its_turn)
        thread.start()
        begun.wait()
    thread.join()
    assert "here the most is 512" in str(failed[0])


class _Silent:
    """A job that nobody looks at."""

    def tell(self, event: Any) -> None: ...

    def may_order(self) -> None: ...

    def deliver(self, image: Any) -> None: ...


def test_strangers_see_no_list_and_switch_nothing(playground: Playground, another: Path, caller: Caller) -> None:
    settings = Settings(_env_file=None, GRADIO_SHARE=True, PLAYGROUND_MODELS=str(another.parent))
    public = LocalBackend(settings, playground.files, CPU)
    assert public.model_choices(caller) == ()
    for action in (f"{USE}{another}", UNLOAD):
        with pytest.raises(Unsupported):
            public.act(action, caller)
    assert public.models.checkpoint == EMBEDDED_MODEL


def test_the_list_says_kind_size_precision_and_what_this_machine_cannot_hold(
    backend: LocalBackend, another: Path, caller: Caller
) -> None:
    backend.collection.entries(wait=True)
    tiny, found = backend.model_choices(caller)
    assert tiny.chosen
    assert found.name == "anime-z"
    assert found.about.startswith("Z-Image · ")
    assert found.unfit == ""
    backend.machine = Machine("cpu", "CPU", 10_000_000)
    _, found = backend.model_choices(caller)
    assert "GB of memory; this machine has" in found.unfit
    with pytest.raises(Unsupported, match="anime-z needs"):
        backend.act(f"{USE}{another}", caller)


def test_what_is_no_model_is_refused_in_a_sentence(backend: LocalBackend, tmp_path: Path, caller: Caller) -> None:
    with pytest.raises(Unsupported, match="is no file or folder here and no hub id"):
        backend.act(f"{USE}/no/such", caller)
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unsupported, match=r"lacks model_index.json"):
        backend.act(f"{USE}{tmp_path / 'empty'}", caller)
    assert backend.models.checkpoint == EMBEDDED_MODEL


def test_a_hub_id_that_is_not_here_is_offered_for_the_download_and_nothing_is_fetched(
    backend: LocalBackend, caller: Caller
) -> None:
    backend.act(f"{USE}somebody/z-image-of-mine", caller)
    assert backend.models.checkpoint == EMBEDDED_MODEL
    assert "somebody/z-image-of-mine isn't on this machine yet" in backend.state(caller).message
    assert "somebody/z-image-of-mine" in backend.actions()["download"]
    assert backend.models.download
    assert not backend.models.download.busy


def test_a_download_that_arrives_during_a_run_leaves_the_run_its_model(
    own: Playground, backend: LocalBackend, another: Path, caller: Caller
) -> None:
    from backend.adapters.local.machine.download import Download

    backend.models.download = Download("somebody/anime-z")
    with backend.models.held(unheard, 1, None):
        engine = backend.models.wait(unheard, 1)
        backend.models._arrived(another)
        assert list(engine.pipe.transformer.parameters())
        assert backend.models.wait(unheard, 1) is engine
    until_changed(backend.models)
    assert backend.models.drawing.repo == "somebody/anime-z"

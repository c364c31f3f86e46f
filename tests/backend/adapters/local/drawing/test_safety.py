import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants
from PIL import Image

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.safety import SafetyCheck
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.extras import Extras, known_extras
from backend.domain.caller import Caller
from backend.domain.errors import NotReady, Unsupported
from backend.domain.events import Generated, Progress
from backend.domain.requests import TextToImage
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.threads.background import Loading
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.control.vision_models import save_safety_model
from tests.backend.adapters.local.hub import Hub, serving
from tests.backend.adapters.local.hub_cache import put_in_cache

CPU = Machine("cpu", "CPU", 16 * 2**30)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Serve a classifier that finds everything unsafe, under the real one's name."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    save_safety_model(tmp_path / "made", unsafe=True)
    files = {path.name: path.read_bytes() for path in (tmp_path / "made").iterdir()}
    with serving(known_extras()["safety"].repo, files) as served:
        yield served


def local(tmp_path: Path, extras: Extras, engine: Engine) -> LocalBackend:
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=tmp_path)
    backend = LocalBackend(settings, ImageFiles(tmp_path / "images"), CPU, extras)
    backend.models.loaded.loading = Loading(lambda _: engine)
    return backend


def asked(**values: Any) -> TextToImage:
    return TextToImage(**{"prompt": PROMPT, "steps": 2, "seed": 7, "width": 128, "height": 128} | values)


@pytest.mark.parametrize("unsafe", [True, False])
def test_the_check_says_what_the_classifier_says(tmp_path: Path, unsafe: bool) -> None:
    save_safety_model(tmp_path, unsafe=unsafe)
    assert SafetyCheck(tmp_path).flags(Image.new("RGB", (133, 97), "red")) is unsafe


def test_without_its_weights_the_check_is_refused_with_size_and_licence(
    tmp_path: Path, engine: Engine, caller: Caller
) -> None:
    backend = local(tmp_path, Extras(offered=True, cache=tmp_path / "hub"), engine)
    with pytest.raises(Unsupported, match=r"`safety`: The safety check needs .*\(343 MB, Apache-2\.0\): get it beside"):
        backend.capabilities.check(asked(safety=True))
    assert backend.actions()["get safety"] == "Get Falconsai's NSFW detector (343 MB, Apache-2.0)"


def test_strangers_are_told_that_the_owner_has_to_get_it(tmp_path: Path, engine: Engine) -> None:
    backend = local(tmp_path, Extras(offered=False, cache=tmp_path / "hub"), engine)
    assert backend.actions() == {}
    assert "its owner has to get it" in backend.capabilities.lacks["safety"]


def test_once_fetched_it_flags_and_changes_no_pixel(tmp_path: Path, engine: Engine, caller: Caller, hub: Hub) -> None:
    backend = local(tmp_path, Extras(offered=True, endpoint=hub.address, cache=tmp_path / "hub"), engine)
    backend.act("get safety", caller)
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join()
    assert "safety" not in backend.capabilities.lacks
    assert "get safety" not in backend.actions()
    made = Heard()
    for request in (asked(safety=True), asked()):
        backend.capabilities.check(request)
        backend.run(request, caller, made)
    begun = [event.doing for event in made.told if isinstance(event, Progress) and event.doing]
    assert begun[0] == "Reading Falconsai's NSFW detector"
    checked, unchecked = (event for event in made.told if isinstance(event, Generated))
    assert (checked.flagged, unchecked.flagged) == (True, None)
    assert checked.image.tobytes() == unchecked.image.tobytes()


def test_a_check_that_cannot_be_read_is_said_before_anything_is_drawn(
    tmp_path: Path, engine: Engine, caller: Caller
) -> None:
    put_in_cache(tmp_path / "hub", "safety")  # empty files
    backend = local(tmp_path, Extras(offered=True, cache=tmp_path / "hub"), engine)
    made = Heard()
    with pytest.raises(NotReady, match=r"NSFW detector could not be loaded. \w+ says “.+”. Get its files again"):
        backend.run(asked(safety=True), caller, made)
    assert {event.step for event in made.told if isinstance(event, Progress)} == {0}
    assert not [event for event in made.told if isinstance(event, Generated)]


def test_a_download_that_fails_says_so_where_the_switch_is_lacking(tmp_path: Path, engine: Engine, hub: Hub) -> None:
    hub.repo = "moved/away"
    extras = Extras(offered=True, endpoint=hub.address, cache=tmp_path / "hub")
    extras.fetch("get safety")
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join()
    assert "The hub refused Falconsai/nsfw_image_detection (404)" in str(extras.lacking("safety"))


def test_a_download_under_way_shows_beside_the_switch(tmp_path: Path, engine: Engine, caller: Caller, hub: Hub) -> None:
    backend = local(tmp_path, Extras(offered=True, endpoint=hub.address, cache=tmp_path / "hub"), engine)
    backend.models.loaded.loading.wait(lambda _: None, 1)
    hub.gate.clear()
    backend.act("get safety", caller)
    try:
        state = backend.state(caller)
        assert state.busy
        assert state.ready
        assert "Downloading Falconsai's NSFW detector: 0 of 343 MB." in state.message
        assert "which is being downloaded" in backend.capabilities.lacks["safety"]
    finally:
        hub.gate.set()
    for thread in threading.enumerate():
        if thread.name == "download":
            thread.join()
    assert not backend.state(caller).busy

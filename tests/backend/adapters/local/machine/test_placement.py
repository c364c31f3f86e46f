"""The model laid out anew between two runs, through the door: really, alone, and without a trace."""

import threading
import weakref

import pytest
from PIL import Image

from backend.adapters.local.backend import LocalBackend
from backend.domain.caller import Caller
from backend.domain.events import Event, Failed, Progress
from backend.generation.generate import generate
from backend.playground import Playground
from backend.settings import Settings
from tests.backend.adapters.local.conftest import CPU, asked, finished
from tests.backend.adapters.local.pictures import distance, mean_distance

FP8 = {"options": {"weights": "fp8"}}


@pytest.fixture
def fresh(playground: Playground) -> Playground:
    """Return a playground whose local backend has loaded nothing yet."""
    local = LocalBackend(
        Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=playground.settings.data),
        playground.files,
        CPU,
    )
    rest = (playground.store, playground.budget, playground.files, "local")
    return Playground(playground.settings, {"local": local}, *rest)


def drawn(house: Playground, caller: Caller, **values: object) -> list[Image.Image]:
    run = finished(generate(house, caller, "local", asked(**{"steps": 2} | values))).run
    pictures = [Image.open(house.files.path(image.sha256)) for image in run.images]
    return [picture.convert("RGB") for picture in pictures]


def test_another_layout_loads_the_model_anew_and_leaves_no_trace(fresh: Playground, caller: Caller) -> None:
    local = fresh.backends["local"]
    assert isinstance(local, LocalBackend)
    (before,) = drawn(fresh, caller)
    engine = local.models.loaded.loading.result
    assert engine
    gone = weakref.ref(engine.pipe.transformer)
    del engine
    (small,) = drawn(fresh, caller, **FP8)
    assert gone() is None
    assert "with the transformer in fp8, as was chosen, torch's own attention" in local.state(caller).message
    assert 0 < mean_distance(small, before) < 5
    (after,) = drawn(fresh, caller, options={"attention": "native"})
    assert distance(after, before) == 0
    assert "fp8" not in local.state(caller).message


def test_two_visitors_with_two_layouts_each_get_their_own_pixels(fresh: Playground) -> None:
    alone = {name: drawn(fresh, Caller(visitor="first"), count=2, **values) for name, values in _BOTH.items()}
    got: dict[str, list[Image.Image]] = {}

    def visit(name: str) -> None:
        got[name] = drawn(fresh, Caller(visitor=name), count=2, **_BOTH[name])

    threads = [threading.Thread(target=visit, args=(name,)) for name in _BOTH]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, pictures in alone.items():
        assert [distance(*pair) for pair in zip(got[name], pictures, strict=True)] == [0, 0]


_BOTH: dict[str, dict[str, object]] = {"full": {}, "fp8": FP8}


def test_who_leaves_while_the_model_is_loaded_anew_stops_nobody(fresh: Playground, caller: Caller) -> None:
    (before,) = drawn(fresh, caller)
    events = generate(fresh, caller, "local", asked(**FP8))
    for event in events:
        if _is_loading(event):
            break
    events.close()
    (after,) = drawn(fresh, Caller(visitor="next"))
    assert distance(after, before) == 0


def _is_loading(event: Event) -> bool:
    return isinstance(event, Progress) and event.step == 0 and bool(event.doing)


def test_a_layout_that_cannot_be_loaded_fails_alone(
    fresh: Playground, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as short:
        short.setattr("backend.adapters.local.load.free_memory", lambda _: 10**6)
        *_, last = generate(fresh, caller, "local", asked(**FP8))
    assert isinstance(last, Failed)
    assert "as chosen and 0.0 GB are free: close other programs, leave weights and offload at auto" in str(last.error)
    assert drawn(fresh, caller)

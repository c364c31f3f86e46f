"""ModelRunner's key is nowhere but in the header of the calls that need it."""

import logging
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.service import Service
from backend.adapters.provider.line import Line
from backend.domain.caller import Caller, OwnKey
from backend.domain.errors import PlaygroundError
from backend.domain.events import Event, Failed
from backend.domain.providers import MODELRUNNER
from backend.domain.requests import ControlNet
from backend.generation.generate import generate
from backend.playground import Playground
from backend.settings import Settings
from backend.simulator.world import World
from tests.backend.adapters.modelrunner.scene import KEY

OWN = "own-secret-987654321"


def everything_on_disk(playground: Playground) -> bytes:
    return b"".join(path.read_bytes() for path in playground.settings.data.rglob("*") if path.is_file())


def test_no_key_is_written_logged_or_told(
    ask: Callable[..., list[Event]], playground: Playground, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    events = ask(count=2)
    world.account.empty()
    events += ask()
    assert KEY.encode() not in everything_on_disk(playground)
    assert KEY not in caplog.text
    assert KEY not in repr(events)
    assert KEY not in repr(playground.backends["modelrunner"].__dict__)
    assert KEY not in repr(world.arrivals)


def test_a_refusal_that_repeats_the_key_does_not_show_it(settings: Settings, control_image: str) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        key = request.headers["authorization"]
        return httpx.Response(401, json={"error": "Unauthorized", "message": f"{key} is no key"})

    line = Line("ModelRunner", "https://queue.test", scheme="Key", transport=httpx.MockTransport(answer))
    service = Service(line, "https://queue.test")
    with pytest.raises(PlaygroundError) as caught:
        service.upload(b"", SecretStr(KEY), expires_after=None)
    error = caught.value
    assert "is no key" in str(error)
    assert KEY not in f"{error} {error!r} {error.details} {error.__dict__} {error.__cause__} {error.__context__}"


def test_the_key_goes_to_the_queue_and_the_storage_alone(settings: Settings) -> None:
    seen: list[tuple[str, bool]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.host, "authorization" in request.headers))
        if request.url.path.endswith("initiate"):
            places = {"upload_url": "https://s3.amazonaws.com/x", "file_url": "https://media.modelrunner.ai/x.png"}
            return httpx.Response(200, json=places)
        return httpx.Response(200, content=b"image")

    line = Line(
        "ModelRunner",
        "https://queue.modelrunner.run",
        scheme="Key",
        origins=("https://modelrunner.run",),
        media=MODELRUNNER.media,
        transport=httpx.MockTransport(answer),
    )
    service = Service(line, "https://modelrunner.run")
    assert service.upload(b"png", SecretStr(KEY), expires_after=60) == "https://media.modelrunner.ai/x.png"
    service.record("abc", SecretStr(KEY))
    assert service.fetch("https://media.modelrunner.ai/y.png") == b"image"
    assert seen == [
        ("modelrunner.run", True),
        ("s3.amazonaws.com", False),
        ("queue.modelrunner.run", True),
        ("media.modelrunner.ai", False),
    ]


def test_a_visitors_own_key_wins_over_the_servers(
    playground: Playground, caller: Caller, control_image: str, world: World
) -> None:
    world.key = OWN
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7)
    refused = list(generate(playground, caller, "modelrunner", request))[-1]
    assert isinstance(refused, Failed)
    own = replace(caller, keys={"modelrunner": SecretStr(OWN)})
    run = getattr(list(generate(playground, own, "modelrunner", request))[-1], "run", None)
    assert run is not None
    assert run.provider_ids["own_key"] is True
    assert OWN.encode() not in everything_on_disk(playground)


def test_a_refused_key_is_named_by_whose_it_is(
    playground: Playground, caller: Caller, control_image: str, world: World
) -> None:
    world.key = "another-key"
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7)
    own = replace(caller, keys={"modelrunner": OwnKey(OWN)})
    for who, named, other in (
        (own, "the key that you pasted", "MODELRUNNER_KEY"),
        (caller, "MODELRUNNER_KEY", "that you pasted"),
    ):
        refused = list(generate(playground, who, "modelrunner", request))[-1]
        assert isinstance(refused, Failed)
        assert named in str(refused.error)
        assert other not in str(refused.error)


def test_without_any_key_the_way_to_one_is_said(backend: ModelRunnerBackend, settings: Settings) -> None:
    keyless = ModelRunnerBackend(settings.model_copy(update={"modelrunner_key": None}), backend.files, backend.service)
    missing = keyless.missing(Caller(visitor="v"))
    assert missing is not None
    assert "MODELRUNNER_KEY" in missing
    assert keyless.missing(Caller(visitor="v", keys={"modelrunner": SecretStr(OWN)})) is None
    assert not keyless.state(Caller(visitor="v")).ready

"""What no backend names is refused by every backend, by name and with the way out."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field

from backend.adapters.cluster.backend import ClusterBackend
from backend.adapters.fake import FakeBackend
from backend.adapters.local.backend import LocalBackend
from backend.adapters.modelrunner.abilities import CAPABILITIES
from backend.adapters.openai.abilities import capabilities as of_openai
from backend.adapters.openai.looking import Known
from backend.adapters.runware.abilities import capabilities as of_runware
from backend.domain.capabilities import UNTAKEN, Capabilities, Options
from backend.domain.errors import Unsupported
from backend.domain.parts import Control, Lora
from backend.domain.request_fields import paths
from backend.domain.requests import MODES, REQUEST_TYPES, ControlNet, parse_request
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from tests.backend.adapters.takes.samples import SAMPLES, fields_of

IMAGE = "0" * 64
BACKENDS: dict[str, Callable[[Path], Capabilities]] = {
    "fake": lambda folder: FakeBackend(ImageFiles(folder)).capabilities,
    "runware": lambda _: of_runware(Settings(_env_file=None, PLAYGROUND_ALLOW_CALLBACKS=True)),
    "modelrunner": lambda _: CAPABILITIES,
    # In all modes, since what is new is of a ControlNet's kind below.
    "openai": lambda _: replace(of_openai("A server", Known(), frozenset()), modes=MODES),
    "local": lambda folder: LocalBackend(_settings(folder), ImageFiles(folder)).capabilities,
    "cluster": lambda folder: ClusterBackend(_settings(folder), ImageFiles(folder)).capabilities,
}


def _settings(folder: Path) -> Settings:
    return Settings(_env_file=None, PLAYGROUND_DATA=folder, PLAYGROUND_MODEL="tiny")


@pytest.fixture(params=BACKENDS)
def able(request: pytest.FixtureRequest, tmp_path: Path) -> Capabilities:
    return BACKENDS[request.param](tmp_path)


class NewLora(Lora):
    """A LoRA with a field that is new."""

    blend: str = "add"


class NewControl(Control):
    """A control with a field that is new."""

    blur: int = 0


class NewRequest(ControlNet):
    """A request with fields that are new, alone and within its parts."""

    sharpness: float = Field(0.5, title="Sharpness")
    loras: tuple[Lora, ...] = ()
    marks: tuple[Lora, ...] = ()


def refusals(able: Capabilities, **values: Any) -> dict[str, str]:
    try:
        able.check(NewRequest(prompt="a fox", image=IMAGE, **values))
    except Unsupported as error:
        return {problem.field: problem.message for problem in error.problems}
    return {}


def test_a_field_that_is_new_is_refused_until_it_is_named(able: Capabilities) -> None:
    assert refusals(able, sharpness=0.9) == {
        "sharpness": "is 0.9, which this backend doesn't take: leave it at 0.5, or choose another backend."
    }
    assert refusals(able, sharpness=0.5) == {}
    named = replace(able, takes=able.takes | {"sharpness"})
    assert refusals(named, sharpness=0.9) == {}


def test_so_is_one_within_a_part(able: Capabilities) -> None:
    if able.can_take("loras"):
        loras = (Lora(model="civitai:1@1"), NewLora(model="civitai:1@2", blend="multiply"))
        found = refusals(able, loras=loras)
        assert "which this backend doesn't take: leave it at add" in found["loras.1.blend"]
    found = refusals(able, marks=(Lora(model="x"),))
    assert found["marks"] == "isn't taken by this backend: leave it out, or choose another backend."
    if able.most_controls > 1:
        found = refusals(able, controls=(NewControl(image=IMAGE, blur=3),))
        assert "is 3" in found["controls.0.blur"]


def test_so_is_an_option_of_its_own_that_it_does_not_send(able: Capabilities) -> None:
    class More(able.options):  # type: ignore[misc, name-defined]
        turbo: bool = False

    more = replace(able, options=More, rules=None)
    mode = more.modes[0]
    request = parse_request({"mode": mode, "prompt": "a fox", "options": {"turbo": True}} | _image(mode))
    # One that has none at all refuses them as a whole.
    words = r"`options(\.turbo`: is True, which this backend doesn't take|`: isn't taken by this backend)"
    with pytest.raises(Unsupported, match=words):
        more.check(request)


def test_every_name_that_is_taken_is_a_fields(able: Capabilities) -> None:
    known = {path for kind in REQUEST_TYPES.values() for path in paths(kind)}
    own = {path for path in able.takes if path.startswith("options.")}
    assert able.takes - own <= known
    assert {f"options.{path}" for path in paths(able.options)} <= own


def test_whatever_is_not_taken_has_a_reason_of_the_backends_own(able: Capabilities) -> None:
    assert UNTAKEN not in able.lacks.values()


@pytest.mark.parametrize(
    ("field", "way_out"),
    [("shift", "leave it at 3.0."), ("negative_prompt", "leave it out."), ("safety", "turn it off.")],
)
def test_without_one_it_is_said_who_has_no_such_setting_and_the_way_out(
    able: Capabilities, field: str, way_out: str
) -> None:
    without = replace(able, takes=able.takes - {field}, reasons={}, maker="The engine")
    assert without.lacks[field] == f"The engine has no such setting; {way_out}"


def test_every_field_has_a_sample(able: Capabilities) -> None:
    assert {path for mode in able.modes for path in fields_of(mode, able.options)} <= SAMPLES.keys()


def test_a_long_value_is_cut_in_the_words() -> None:
    none = Capabilities(("controlnet",), CAPABILITIES.default_size, frozenset({"image"}), options=Options)
    (message,) = refusals(replace(none, takes=frozenset({"image"})), negative_prompt="", shift=3).values()
    assert message == "is 'a fox', which this backend doesn't take: choose another one."
    long = refusals(none, negative_prompt="rain " * 50)["negative_prompt"]
    assert "rain…" in long.replace(" …", "…")
    assert long.endswith("leave it out, or choose another backend.")


def _image(mode: str) -> dict[str, str]:
    return {} if mode == "text_to_image" else {"image": IMAGE}

"""What A1111's menus are filled with."""

from dataclasses import replace

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.parts import Detail
from backend.domain.request_fields import paths
from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.endpoints.script_runs import Scripts
from ui.endpoints.sdapi.lists import Lists
from ui.endpoints.sdapi.own_settings import OwnSettings
from ui.form.library import Library

CALLER = Caller("one")


class Other(FakeBackend):
    """A maker with LoRAs of its own, without ControlNet and details."""

    name = "other"
    label = "Other"
    capabilities = replace(
        FakeBackend.capabilities,
        most_controls=0,
        choices={"scheduler": ("Default", "Heun")},
        takes=FakeBackend.capabilities.takes - set(paths(Detail, "details.")),
    )

    def lora_names(self) -> tuple[str, ...]:
        return ("ink", "style")


def lists(playground: Playground) -> Lists:
    backends = {**playground.backends, "other": Other(playground.files)}
    both = replace(playground, backends=backends)
    return Lists(Scripts(both, Library(both, load_presets())), OwnSettings(both))


def test_each_backend_is_a_model_and_the_menus_are_those_of_the_picked_one(playground: Playground) -> None:
    told = lists(playground)
    titles = [entry["title"] for entry in told.models(CALLER)]  # type: ignore[union-attr,index,call-overload]
    assert titles == ["fake/fake-flat-colours", "other/other"]
    assert told.loras(CALLER) == []
    assert told.script_names(CALLER) == {each: ["controlnet", "adetailer"] for each in ("txt2img", "img2img")}
    told.settings.set(CALLER, {"sd_model_checkpoint": "other/other"})
    assert [entry["name"] for entry in told.loras(CALLER)] == ["ink", "style"]  # type: ignore[union-attr,index,call-overload]
    assert [entry["name"] for entry in told.samplers(CALLER)] == ["Euler", "Heun"]  # type: ignore[union-attr,index,call-overload]
    assert told.script_names(CALLER) == {"txt2img": [], "img2img": []}
    assert told.loras(Caller("two")) == []

"""One press of Generate looks at its request once: checked and prepared once, priced once, whoever presses."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr
import pytest

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.requests import Request
from backend.images.storage.files import ImageFiles
from backend.library.shipped import load_presets
from backend.playground import Playground
from tests.ui.serving.test_caller import request_of
from ui.endpoints.endpoints import Api
from ui.endpoints.mcp import Tools
from ui.endpoints.script_runs import Scripts
from ui.form.library import Library
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served


class CountingFake(FakeBackend):
    """A maker of flat colours that remembers what it was asked."""

    def __init__(self, files: ImageFiles) -> None:
        super().__init__(files)
        self.looked, self.priced = 0, list[Request]()

    def missing(self, caller: Caller) -> str | None:
        """Count: whoever prepares a request asks this."""
        self.looked += 1
        return super().missing(caller)

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        """Remember what was priced, but for the variations whose price stands on the button of a finished image."""
        if not request.variation_strength:
            self.priced.append(request)
        return super().estimate(request, caller)


@dataclass
class Place:
    """A playground on a backend that counts, and the three ways to press."""

    playground: Playground
    fake: CountingFake
    library: Library = field(init=False)
    served: Served = field(init=False)

    def __post_init__(self) -> None:
        self.library = Library(self.playground, load_presets())
        self.served = Served(self.playground.files, self.playground.holders)

    def page(self, values: dict[str, Any]) -> list[Any]:
        with gr.Blocks():
            outputs = Outputs(gr.HTML(), gr.Button(), gr.Button(), gr.Button(), gr.HTML(), gr.Button(), gr.HTML())
        runner = Runner(self.playground, self.library, self.served, outputs)
        return list(runner.run(request_of(), mode="text_to_image", backend="fake", **values))

    def script(self, values: dict[str, Any]) -> list[Any]:
        return list(Scripts(self.playground, self.library).run("text_to_image", Caller(visitor="ann"), values))

    def assistant(self, values: dict[str, Any]) -> list[Any]:
        tools = Tools(Api(Scripts(self.playground, self.library), self.served))
        return list(tools.steps("text_to_image", values, None))


@pytest.fixture
def place(playground: Playground) -> Place:
    fake = CountingFake(playground.files)
    return Place(replace(playground, backends={"fake": fake}), fake)


WAYS = pytest.mark.parametrize("press", [Place.page, Place.script, Place.assistant])
Press = Callable[[Place, dict[str, Any]], list[Any]]


@WAYS
def test_a_press_prepares_once_and_estimates_once(place: Place, press: Press) -> None:
    press(place, {"prompt": "a fox", "width": 128, "height": 128})
    assert place.fake.looked == 1
    assert len(place.fake.priced) == 1


@WAYS
def test_each_run_of_choices_is_priced_once_and_looked_at_with_its_own_words(place: Place, press: Press) -> None:
    press(place, {"prompt": "a {red|blue} fox", "count": 2, "width": 128, "height": 128})
    assert [request.count for request in place.fake.priced] == [1, 1]
    assert place.fake.looked == 1 + 2  # the request with its choices, and what came of it

import json
from html.parser import HTMLParser

import pytest
from pydantic import BaseModel

from backend.adapters.runware.abilities import capabilities
from backend.adapters.runware.options import ControlOptions, RunwareOptions
from backend.adapters.runware.wire import Ultralytics
from backend.domain.parts import Control
from backend.domain.requests import TextToImage
from backend.settings import Settings
from ui.form.reading import MARK, Values, own_options
from ui.inputs.part_list import entries_html, inputs_html, part_of, usual

FIELDS = RunwareOptions.model_fields


class Inputs(HTMLParser):
    """Collects the inputs of a piece of HTML by the name of their field, and the choices in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str | None]] = {}
        self.choices: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.last = tag
        given = dict(attrs)
        if "data-name" in given:
            self.found[str(given["data-name"])] = given

    def handle_data(self, data: str) -> None:
        self.choices += [data] if self.last == "option" else []


@pytest.mark.parametrize(
    ("name", "part"), [("controls", ControlOptions), ("ultralytics", Ultralytics), ("delivery", None), ("ttl", None)]
)
def test_fields_that_hold_parts_are_told_from_plain_ones(name: str, part: type[BaseModel] | None) -> None:
    assert part_of(FIELDS[name]) is part


def test_every_field_of_the_part_has_an_input_with_its_range_and_choices() -> None:
    made = entries_html(FIELDS["controls"], ControlOptions)
    inputs = Inputs(made)
    assert set(inputs.found) == set(ControlOptions.model_fields)
    assert (inputs.found["start_step"]["type"], inputs.found["start_step"]["min"]) == ("number", "0")
    assert inputs.found["model"]["placeholder"] == "runware:z-image@turbo-controlnet"
    assert [choice for choice in inputs.choices if choice.strip()] == ["balanced", "controlnet", "prompt"]
    assert 'data-many="yes"' in made
    assert 'data-many="no"' in entries_html(FIELDS["ultralytics"], Ultralytics)


def test_a_further_controls_inputs_hold_the_types_defaults_and_ranges() -> None:
    inputs = Inputs(inputs_html(Control, filled=True))
    assert set(inputs.found) == set(Control.model_fields)
    assert inputs.found["image"]["type"] == "file"
    scale = inputs.found["scale"]
    assert (scale["min"], scale["max"], scale["step"]) == ("-4", "4", "0.05")
    assert inputs.found["high_threshold"]["step"] == "1"
    assert [choice for choice in inputs.choices if choice.strip()] == ["canny", "depth", "pose", "none"]
    begun = Control(image="0" * 64, **json.loads(usual(Control)))
    assert begun == Control(image="0" * 64)
    assert usual(Control).count(":") == len(Control.model_fields) - 1


def test_an_input_says_while_which_choice_it_acts() -> None:
    assert inputs_html(Control).count('data-only="preprocess" data-value="canny"') == 2


def test_entries_become_options_and_blank_ones_stay_out() -> None:
    able = capabilities(Settings(_env_file=None))
    raw = {"controls": [{"control_mode": "prompt"}], "loras": [], "ultralytics": None, "ttl": ""}
    values = Values("text_to_image", "runware", {f"runware{MARK}{name}": value for name, value in raw.items()})
    options = own_options(values, able)
    assert options == {"controls": [{"control_mode": "prompt"}]}
    read = able.own_options(TextToImage(prompt="a fox", options=options))
    assert isinstance(read, RunwareOptions)
    assert read.controls == (ControlOptions(control_mode="prompt"),)

"""Inputs of the sheet, each from its field."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from backend.adapters.runware.options import RunwareOptions
from backend.domain.requests import TextToImage
from backend.domain.schedulers import SCHEDULER_NAMES
from ui.inputs.cells import FIRST, OTHERS, Cell, cell, select
from ui.inputs.widgets import shown

FIELDS = TextToImage.model_fields


class Tags(HTMLParser):
    """Collects the tags of a piece of HTML with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str, **wanted: str) -> dict[str, str | None]:
        """Return the one tag with these attributes."""
        (found,) = [attrs for name, attrs in self.found if name == tag and wanted.items() <= attrs.items()]
        return found


def shared(name: str, **fitted: Any) -> Cell:
    return cell(name, name, FIELDS[name], fitted=fitted)


def test_a_number_between_two_ends_has_a_box_and_a_slider() -> None:
    tags = Tags(shared("guidance").html)
    assert tags.of("div")["data-kind"] == "number"
    box, slider = tags.of("input", type="number"), tags.of("input", type="range")
    assert (box["min"], box["max"], box["value"]) == (slider["min"], slider["max"], slider["value"])
    assert tags.of("label")["for"] == box["id"]
    assert slider["aria-label"] == FIELDS["guidance"].title


def test_what_the_backend_chosen_at_start_narrows_is_narrow_from_the_start() -> None:
    tags = Tags(shared("guidance", maximum=4, visible=False).html)
    assert tags.of("input", type="number")["max"] == "4"
    assert "hidden" in tags.of("div")


def test_a_field_that_may_be_empty_begins_empty() -> None:
    ttl = cell("runware__ttl", "ttl", RunwareOptions.model_fields["ttl"], prefix="runware-")
    assert ttl.value == ""
    tags = Tags(ttl.html)
    assert (tags.of("div")["id"], tags.of("div")["data-cell"]) == ("runware-ttl", "runware__ttl")
    assert tags.of("input")["value"] == ""


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("safety", "check", FIELDS["safety"].default),
        ("output_format", "choice", "png"),
        ("negative_prompt", "lines", ""),
        ("seed", "text", ""),
        ("variation_seed", "text", ""),
    ],
)
def test_each_kind_of_field_begins_with_its_default(name: str, kind: str, value: Any) -> None:
    made = shared(name)
    assert (made.value, Tags(made.html).of("div")["data-kind"]) == (value, kind)


@pytest.mark.parametrize("name", ["seed", "variation_seed"])
def test_a_seed_that_is_drawn_says_so_in_its_empty_box(name: str) -> None:
    assert Tags(shared(name).html).of("input")["placeholder"] == "random"
    assert shown(name, -1) == ""
    assert shown(name, 2**53 + 1) == str(2**53 + 1)


def test_the_usual_samplers_stand_before_all_others_and_none_is_missing() -> None:
    usual, _, others = shared("scheduler").html.partition(f'<optgroup label="{OTHERS}">')
    named = [tuple(re.findall(r'<option value="([^"]*)"', part)) for part in (usual, others)]
    assert named[0] == tuple(name for name in SCHEDULER_NAMES if name in FIRST["scheduler"])
    assert 15 <= len(named[0]) <= 20
    assert sorted(named[0] + named[1]) == sorted(SCHEDULER_NAMES)


def test_loras_are_lines_in_the_form_and_entries_among_a_backends_options() -> None:
    assert Tags(shared("loras", lines=2).html).of("textarea")["rows"] == "2"
    own = cell("runware__loras", "loras", RunwareOptions.model_fields["loras"], prefix="runware-")
    assert own.value == []
    assert Tags(own.html).of("div", **{"data-cell": "runware__loras"})["data-kind"] == "entries"


def test_words_of_a_field_are_words() -> None:
    made = select("a", "<b>", "1 < 2", {"x": '"'}, at="a")
    assert "&lt;b&gt;" in made.html
    assert "1 &lt; 2" in made.html
    assert 'value="x" selected>&#34;' in made.html

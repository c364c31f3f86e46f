"""Errors in the page's own words, in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, NotReady, Problem, from_validation
from backend.domain.parts import Accelerator, Control, Lora
from backend.domain.requests import REQUEST_TYPES, parse_request
from tests.ui.head.test_languages import LANGUAGES, known
from ui.head.languages import words
from ui.look.field_titles import error_text, field_title, in_page_words
from ui.look.sentences import error_card

ROOT = Path(__file__).parents[3]
PICTURE = "0" * 64
WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"mode": "outpaint", "image": PICTURE}, "Give at least one of Left, Right, Top and Bottom."),
    ({"width": 512}, "Give Width and Height together, or neither."),
    ({"width": 9999, "height": 512}, "Width: is 9999; the most is 2048."),
    ({"width": 2040, "height": 512}, "Width: is 2040; it must be a multiple of 16, such as 2048."),
    ({"width": 100, "height": 512}, "Width: is 100; the least is 128."),
    (
        {"controls": [{"image": PICTURE}, {"image": None}]},
        "Further controls › 2 › Control image: is missing; give it a value.",
    ),
    (
        {"controls": [{"image": PICTURE, "start": 0.9, "end": 0.1}]},
        "Further controls › 1: Control start is 0.9 and Control end is 0.1; the start must be below the end.",
    ),
    ({"loras": [{"model": "a", "weight": "heavy"}]}, "LoRAs › 1 › Weight: is 'heavy'; it must be a number."),
    ({"steps": {"a": 1}}, "Steps: is no single value; it must be a whole number."),
    ({"count": None}, "Images: is empty; it must be a whole number."),
    ({"loras": 5}, "LoRAs: is 5; it must be a list."),
    ({"negative_prompt": None}, "Negative prompt: is missing; give it a value."),
    (
        {"accelerator": {"fb_cache": True, "tea_cache": True}},
        "Accelerator options: choose one of First-block cache, TeaCache and DB cache.",
    ),
)


def wrong(values: dict[str, Any]) -> InvalidRequest:
    with pytest.raises(ValidationError) as raised:
        parse_request({"mode": "text_to_image", "prompt": "a boat on a lake", **values})
    return from_validation(raised.value)


@pytest.mark.parametrize(("values", "said"), WRONG)
def test_an_error_names_fields_as_the_page_does_and_prints_no_structure(values: dict[str, Any], said: str) -> None:
    error = wrong(values)
    assert error_text(error) == said
    assert "{" not in str(error)
    assert "None" not in str(error)
    card = str(error_card(error))
    assert "<code>" not in card
    assert "_" not in card


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("values", "said"), WRONG)
def test_each_such_error_is_said_in_every_language(values: dict[str, Any], said: str, language: str) -> None:
    table = dict(words(language))
    for problem in wrong(values).problems:
        assert known(in_page_words(problem.message), table), said
        assert known(field_title(problem.field), table), said


def sentences() -> Iterator[str]:
    """Yield what the request types say of values that don't go together, with a number for what is filled in."""
    for name in ("requests", "parts"):
        for node in ast.walk(ast.parse((ROOT / "backend" / "domain" / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ValueError":
                said = node.args[0]
                parts = said.values if isinstance(said, ast.JoinedStr) else [said]
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)
                yield f"is 7: {text}." if text.startswith(("must", "needs")) else f"{text}.".replace("`7`", "7")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_title_and_every_rule_of_a_request_is_in_the_table(language: str) -> None:
    table = dict(words(language))
    kinds = (*REQUEST_TYPES.values(), Accelerator, Control, Lora)
    titles = {info.title for kind in kinds for name, info in kind.model_fields.items() if name != "mode"}
    missing = [said for said in {*map(str, titles), *map(in_page_words, sentences())} if not known(said, table)]
    assert sorted(missing) == []


def test_code_that_is_no_field_stays_code() -> None:
    assert in_page_words("set `RUNWARE_API_KEY`, or give `width`") == "set `RUNWARE_API_KEY`, or give Width"


def test_an_error_without_fields_is_told_as_it_is() -> None:
    assert error_text(NotReady("Runware needs a key.")) == "Runware needs a key."
    assert error_text(InvalidRequest([Problem("", "Nothing fits."), Problem("name", "is missing.")])) == (
        "Nothing fits.\nName: is missing."
    )

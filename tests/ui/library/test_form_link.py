"""What the form's link carries, and what it leaves out."""

import re

import gradio as gr
import pytest

from backend.library.recipe_links import unpack
from backend.library.shipped import load_presets
from backend.playground import Playground
from tests.ui.together.test_caller_in_a_room import ANN, request_of
from ui.form.library import Library
from ui.form.reading import MARK
from ui.library.form_link import FormLink, share_area
from ui.serving.caller import caller_of


@pytest.fixture
def form_link(playground: Playground) -> FormLink:
    with gr.Blocks():
        area = share_area()
    return FormLink(playground, Library(playground, load_presets()), area)


def made(form_link: FormLink, **values: object) -> str:
    return str(form_link.make(request_of(ANN, ""), backend="fake", **values)["value"])


def recipe_in(html: str) -> dict[str, object]:
    found = re.search(r'href="\?recipe=([\w.-]+)"', html)
    assert found
    opened = unpack(found[1])
    assert opened.dropped == ()
    return dict(opened.recipe)


def test_it_carries_what_the_form_says(form_link: FormLink) -> None:
    html = made(form_link, mode="text_to_image", prompt="a fox", steps=5, seed="18446744073709551")
    assert recipe_in(html) == {"mode": "text_to_image", "prompt": "a fox", "steps": 5, "seed": 18446744073709551}


def test_it_carries_the_words_of_the_styles_as_a_run_would_send_them(form_link: FormLink) -> None:
    style = form_link.library.presets.styles[0]
    html = made(form_link, mode="text_to_image", prompt="a fox", styles=[style.name])
    ann = caller_of(form_link.playground, request_of(ANN, ""))
    expected, _ = form_link.library.styled(ann, [style.name], "a fox", "")
    assert recipe_in(html)["prompt"] == expected != "a fox"


def test_pictures_stay_and_it_says_so(form_link: FormLink) -> None:
    picture = {"path": "/tmp/secret-picture.png", "sha256": "f" * 64}
    html = made(form_link, mode="image_to_image", prompt="a fox", easel=picture, mask="data:image/png;base64,AAAA")
    assert recipe_in(html) == {"mode": "image_to_image", "prompt": "a fox"}
    assert "Your pictures stay here" in html


def test_an_empty_form_gives_a_link_too(form_link: FormLink) -> None:
    assert recipe_in(made(form_link, mode="text_to_image", prompt="")) == {"mode": "text_to_image"}


def test_options_of_one_backend_stay_and_are_named(form_link: FormLink) -> None:
    html = made(form_link, mode="text_to_image", prompt="a fox", **{f"fake{MARK}tell_seed": False})
    assert "options" not in recipe_in(html)
    assert "own options (tell_seed) stay here" in html


@pytest.mark.parametrize(
    "wrong", [{"steps": 0}, {"steps": "many"}, {"seed": "-5"}, {"mode": "text_to_image", "width": 17}]
)
def test_a_wrong_value_is_named(form_link: FormLink, wrong: dict[str, object]) -> None:
    with pytest.raises(gr.Error, match=next(name for name in wrong if name != "mode").capitalize()):
        made(form_link, **{"mode": "text_to_image", "prompt": "a fox", **wrong})

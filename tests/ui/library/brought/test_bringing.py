"""What is asked of pictures that were brought, and what becomes of them."""

import json
from pathlib import Path

import pytest
from gradio.utils import get_upload_folder
from PIL import Image

from backend.domain.requests import parse_request
from backend.images.encoding import encode
from backend.images.metadata.request_text import embed
from backend.playground import Playground
from tests.ui.head.test_languages import LANGUAGES, Texts, known
from ui.head.languages import words
from ui.library.brought.files import MOST_BROUGHT, Brought, Refused, looked_at
from ui.library.brought.question import question_html

GREY = encode(Image.new("RGB", (64, 48), "grey"), "png")
ANN = "ann"


@pytest.fixture
def folder() -> Path:
    """Return a folder in which uploads lie."""
    place = Path(get_upload_folder()) / "brought"
    place.mkdir(parents=True, exist_ok=True)
    return place


def given(folder: Path, contents: dict[str, bytes], **refused: str) -> dict[str, str]:
    """Return what a browser tells of files that it has uploaded, and of those that it hasn't, with why."""
    files = []
    for name, content in contents.items():
        (folder / name).write_bytes(content)
        files.append({"name": name, "path": str(folder / name)})
    left = [{"name": f"{name}.bin", "why": why} for name, why in refused.items()]
    return {"files": json.dumps(files), "refused": json.dumps(left)}


def test_what_can_be_used_is_told_from_what_cant_each_with_its_name_and_the_way_out(
    playground: Playground, folder: Path
) -> None:
    boat = embed(GREY, "png", parse_request({"mode": "text_to_image", "prompt": "a boat", "seed": 7}), 7, "fake")
    contents = {"boat.png": boat, "grey.png": GREY, "cut.png": boat[:-30], "words.png": b"only words"}
    found, refused = looked_at(playground, ANN, given(folder, contents, video="kind", film="large", lost="upload"))
    assert [(each.name, each.source) for each in found] == [("boat.png", "Z-Image Playground"), ("grey.png", None)]
    said = {each.name: each.why for each in refused}
    assert list(said) == ["cut.png", "words.png", "video.bin", "film.bin", "lost.bin"]
    assert "damaged" in said["cut.png"]
    assert "save it as one of these" in said["words.png"]
    assert "is no picture" in said["video.bin"]
    assert "30 MB" in said["film.bin"]
    assert "bring it again" in said["lost.bin"]


@pytest.mark.parametrize("sent", [{}, {"files": "no json"}, {"files": "7"}, {"files": "[1, null]", "refused": "{}"}])
def test_whatever_a_browser_sends_is_no_file(playground: Playground, sent: dict[str, str]) -> None:
    assert looked_at(playground, ANN, sent) == ([], [])


def test_a_file_that_was_not_uploaded_or_is_anothers_is_refused(playground: Playground, folder: Path) -> None:
    sent = given(folder, {"hers.png": GREY})
    playground.holders.add_served(str(folder / "hers.png"), "bea")
    outside = {"files": json.dumps([{"name": "passwd", "path": "/etc/passwd"}])}
    for told, why in ((sent, "upload it again"), (outside, "upload it first")):
        found, refused = looked_at(playground, ANN, told)
        assert (found, why in refused[0].why) == ([], True)


def ways(html: str) -> list[str]:
    """Return what the buttons of the question tell, in their order."""
    return [part.split('"')[0] for part in html.split('data-into="')[1:]]


def test_one_picture_is_asked_for_every_mode_that_its_backend_does_and_settings_come_first(
    playground: Playground,
) -> None:
    backend, bare, made = playground.choose("auto"), Brought("a.png", Path("a.png")), Brought("a", Path("a"), "ComfyUI")
    modes = ["image_to_image", "inpaint", "outpaint", "controlnet"]
    assert ways(question_html([bare], [], backend, enlarges=False)) == modes
    html = question_html([made], [], backend, enlarges=True)
    assert ways(html) == ["settings", *modes, "upscale"]
    assert html.count("autofocus") == 1
    assert 'data-into="settings" autofocus' in html


def test_several_are_control_layers_as_far_as_the_backend_takes_them(playground: Playground) -> None:
    backend = playground.choose("auto")
    most = backend.capabilities.most_controls
    assert most > 1
    many = [Brought(f"{number}.png", Path("a")) for number in range(most + 1)]
    assert "controls" in ways(question_html(many[:most], [], backend, enlarges=True))
    assert "controls" not in ways(question_html(many, [], backend, enlarges=True))


def test_with_no_picture_left_only_the_way_out_is_to_be_pressed(playground: Playground) -> None:
    html = question_html([], [Refused("<b>.png", "is no picture.")], playground.choose("auto"), enlarges=True)
    assert ways(html) == []
    assert "data-close autofocus" in html
    assert "&lt;b&gt;.png" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_question_is_asked_in_every_language(language: str, playground: Playground, folder: Path) -> None:
    sent = given(folder, {}, a="kind", b="large", c="upload", d="more", **{f"x{n}": "kind" for n in range(12)})
    _, refused = looked_at(playground, ANN, sent)
    made = Brought("7", Path("a"), "ComfyUI")
    told = [([made], refused), ([made] * 2, []), ([made] * 14, []), ([], refused)]
    backend = playground.choose("auto")
    parts = [Texts(question_html(found, left, backend, enlarges=True)).parts for found, left in told]
    table = dict(words(language))
    assert [text for each in parts for text in each if not known(text, table)] == []


def test_as_many_as_are_taken_at_once_are_looked_at(playground: Playground, folder: Path) -> None:
    sent = given(folder, {f"{number:02d}.png": GREY for number in range(MOST_BROUGHT + 1)})
    found, refused = looked_at(playground, ANN, sent)
    assert (len(found), refused) == (MOST_BROUGHT, [])

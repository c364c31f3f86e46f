"""An example that is pressed: its pictures become the visitor's, and with its settings they lie in the form."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import gradio as gr
import pytest
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.caller import Caller
from backend.domain.capabilities import Drawn
from backend.domain.errors import NotFound
from backend.library.shipped import load_presets
from backend.playground import Playground
from ui.form.filling import Filling
from ui.form.library import Library
from ui.layout.page_layout import lay_out
from ui.library.drawn_examples import DrawnExamples
from ui.serving.served import Served


@pytest.fixture
def examples(playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DrawnExamples]:
    for name, kind in (("lawn.png", "RGB"), ("mask.png", "L")):
        Image.new(kind, (64, 64), 255 if kind == "L" else "green").save(tmp_path / name)
    pictures = {"image": tmp_path / "lawn.png", "mask": tmp_path / "mask.png"}
    drawn = Drawn("a hut", 7, tmp_path / "hut.webp", "inpaint", {"mask_feather": 4}, pictures)
    monkeypatch.setattr(playground.backends["fake"], "capabilities", replace(FakeBackend.capabilities, wall=(drawn,)))
    served = Served(playground.files, playground.holders)
    with gr.Blocks():
        layout = lay_out(playground, Library(playground, load_presets()), served)
        yield DrawnExamples(playground, Filling(playground, served, layout.filled()))


def test_its_picture_mask_and_settings_come_into_the_form(
    examples: DrawnExamples, playground: Playground, caller: Caller
) -> None:
    updates = examples.fill({"of": "fake", "name": "hut.webp"}, caller)
    controls = examples.filling.controls
    easel = updates[controls["easel"]]
    assert easel["image"]["path"]
    assert easel["mask"]
    assert updates[controls["mode"]]["value"] == "inpaint"
    assert updates[controls["prompt"]]["value"] == "a hut"
    sha256 = playground.files.put((examples._drawn("fake", "hut.webp").pictures["image"]).read_bytes(), "png")
    assert playground.holders.picture(sha256, caller.visitor) == "yours"


@pytest.mark.parametrize(("of", "name"), [("fake", "../hut.webp"), ("fake", "lawn.png"), ("nobody", "hut.webp")])
def test_another_file_is_none(examples: DrawnExamples, caller: Caller, of: str, name: str) -> None:
    with pytest.raises(NotFound, match="reload"):
        examples.fill({"of": of, "name": name}, caller)

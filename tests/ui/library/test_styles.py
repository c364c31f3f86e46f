"""Styles that are taken in from a file."""

from pathlib import Path

import gradio as gr
import pytest

from backend.library.shipped import load_presets
from backend.playground import Playground
from backend.visitors.identity import visitor_id
from tests.ui.serving.test_caller import TOKEN, request_of
from ui.form.library import Library
from ui.library.styles import StyleShelving, style_shelf_area
from ui.serving.served import Served

STYLES = "name,prompt,negative_prompt\nTin toy,a tin toy of {prompt},\n"


@pytest.fixture
def shelving(playground: Playground) -> StyleShelving:
    library = Library(playground, load_presets())
    with gr.Blocks():
        return StyleShelving(
            library,
            Served(playground.files, playground.holders, playground.disk),
            style_shelf_area(),
            gr.Dropdown([], multiselect=True),
        )


def test_styles_are_taken_in_from_ones_own_file_and_from_nobody_elses(
    shelving: StyleShelving, playground: Playground, tmp_path: Path
) -> None:
    path = tmp_path / "styles.csv"
    path.write_text(STYLES)
    me = visitor_id(TOKEN)
    playground.holders.add_served(str(path), "somebody else")
    with pytest.raises(gr.Error, match="upload it again"):
        shelving.load(str(path), request_of())
    assert shelving.library.shelf.styles(me) == []
    playground.holders.add_served(str(path), me)
    shelving.load(str(path), request_of())
    assert [style.name for style in shelving.library.shelf.styles(me)] == ["Tin toy"]

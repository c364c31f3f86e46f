"""The page is a list of features, and each of them is wired once."""

import ast
from pathlib import Path

import gradio as gr
import pytest

from backend.library.shipped import load_presets
from backend.playground import Playground
from ui import page
from ui.events.buttons import Presses
from ui.events.wires import Feature, Wires
from ui.form.library import Library
from ui.serving.served import Served
from ui.wiring.ground import Ground, lay_ground

MOST_MODULES = 15


@pytest.fixture
def ground(playground: Playground) -> Ground:
    library = Library(playground, load_presets())
    with gr.Blocks():
        return lay_ground(playground, library, Served(playground.files, playground.holders))


def wired(feature: Feature, ground: Ground) -> tuple[int, int, int]:
    """Return how many events, small buttons and questions of a page that opens a feature brings."""
    with gr.Blocks() as alone:
        wires = Wires(alone, ground.box, Presses(ground.news), ground.layout.values())
        feature.connect(wires)
    return len(alone.fns), len(wires.presses.known), len(wires.parts)


def test_each_feature_is_on_the_page_once_and_wires_something(ground: Ground) -> None:
    features = page.features(ground)
    assert len({type(feature) for feature in features}) == len(features)
    assert [type(feature).__name__ for feature in features if not any(wired(feature, ground))] == []


def test_the_page_itself_knows_few_modules() -> None:
    tree = ast.parse(Path(page.__file__).read_text(encoding="utf-8"))
    named = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert len([name for name in named if name.split(".")[0] in ("ui", "backend")]) <= MOST_MODULES

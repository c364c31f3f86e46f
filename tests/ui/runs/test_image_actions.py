"""The buttons on an image that is in the history: they say what came of them."""

import gradio as gr
import pytest

from backend.domain.caller import Caller
from backend.domain.records import Run
from backend.visitors.identity import visitor_id
from tests.serving import Site
from tests.ui.test_lost_files import a_run, answer
from ui.page import build

TOKEN = "5" * 32


@pytest.fixture(scope="module")
def page(site: Site) -> gr.Blocks:
    return build(site.playground)


@pytest.fixture(scope="module")
def run(site: Site) -> Run:
    return a_run(site, Caller(visitor=visitor_id(TOKEN)))


def press(page: gr.Blocks, wish: str, run: Run) -> None:
    answer(page, "act", TOKEN, data={"act": wish, "run": run.id, "index": "0"})


def test_a_run_that_is_brought_home_is_not_said_to_be_in_the_trash(page: gr.Blocks, site: Site, run: Run) -> None:
    site.playground.store.reopen(run.id)
    with pytest.raises(gr.Error, match="still goes on, and stays here"):
        press(page, "delete", run)
    site.playground.store.finish(run)
    press(page, "delete", run)
    press(page, "delete", run)  # Pressed twice: it is there already, as it was said.


def test_what_left_the_trash_for_good_is_not_said_to_be_back(page: gr.Blocks, site: Site, run: Run) -> None:
    press(page, "delete", run)
    press(page, "restore", run)
    press(page, "restore", run)
    press(page, "delete", run)
    site.playground.history.empty_trash(run.visitor)
    with pytest.raises(gr.Error, match="gone for good"):
        press(page, "restore", run)

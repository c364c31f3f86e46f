"""On a page for this machine alone, the history shows what its programs have made; elsewhere it never does."""

import dataclasses
from typing import Any

import gradio as gr
import pytest

from backend.domain.caller import Caller
from backend.visitors.identity import API, visitor_id
from tests.serving import Site
from tests.ui.test_lost_files import a_run, answer, tiles_of
from ui.page import build

TOKEN = "6" * 32
SEEN = {"values": {"mode": "text_to_image", "backend": "fake"}, "turn": "1"}


def history(page: gr.Blocks, **search: Any) -> str:
    return tiles_of(answer(page, "refreshed", TOKEN, data=SEEN, search=search, shown=24))


def test_what_programs_made_stands_in_it_and_can_be_kept_used_and_deleted(page: gr.Blocks, own_site: Site) -> None:
    theirs, mine = a_run(own_site, Caller(visitor=API)), a_run(own_site, Caller(visitor=visitor_id(TOKEN)))
    shelf = history(page)
    assert [shelf.count(f'data-run="{run.id}"') for run in (theirs, mine)] == [2, 2]
    assert shelf.count(">API<") == 2
    assert shelf.index(mine.id) < shelf.index(theirs.id), "the newest first, whoever made it"
    assert history(page, words=theirs.request.prompt).count("<figure") == 2
    given = {"run": theirs.id, "index": "0"}
    answer(page, "act", TOKEN, data={"act": "star", **given})
    assert history(page, favourites=True).count('class="tile on"') == 1
    assert "prompt" in answer(page, "act", TOKEN, data={"act": "settings", **given})
    answer(page, "act", TOKEN, data={"act": "delete", **given})
    assert theirs.id not in history(page)
    assert theirs.id in history(page, trash=True)
    answer(page, "act", TOKEN, data={"act": "restore", **given})
    assert theirs.id in history(page)


def test_strangers_see_nothing_of_them(own_site: Site, tmp_path_factory: pytest.TempPathFactory) -> None:
    public = own_site.playground.settings.model_copy(update={"share": True})
    house = dataclasses.replace(own_site.playground, settings=public)
    theirs = a_run(own_site, Caller(visitor=API))
    page = build(house)
    assert theirs.id not in history(page)
    with pytest.raises(gr.Error, match="There is no run"):
        answer(page, "act", TOKEN, data={"act": "settings", "run": theirs.id, "index": "0"})

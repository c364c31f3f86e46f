"""The leaves of the history that a browser fetches as it scrolls: whose they are, where they begin and end."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest

from backend.domain.caller import Caller
from backend.visitors.identity import COOKIE, visitor_id
from tests.serving import Site
from tests.ui.test_lost_files import a_run, answer
from ui.history.shelf.tiles import PAGE, Tiles
from ui.serving.served import Served

TOKEN, OTHER = "4" * 32, "5" * 32
SEEN = {"values": {"mode": "text_to_image", "backend": "fake"}, "turn": "1"}
ME = Caller(visitor=visitor_id(TOKEN))


@pytest.fixture(scope="module")
def tiles(own_site: Site) -> Tiles:
    """Return the tiles of a visitor with a leaf of runs and two more, of two images each."""
    playground = own_site.playground
    for _ in range(PAGE + 2):
        a_run(own_site, ME)
    return Tiles(playground, Served(playground.files, playground.holders, playground.disk))


def walk(tiles: Tiles, **search: Any) -> Iterator[dict[str, Any]]:
    """Yield the leaves that a browser asks for, one behind the other."""
    leaf = tiles.asked(ME, {"search": search})
    yield leaf
    while leaf["more"]:
        leaf = tiles.asked(ME, {"search": search, "before": leaf["last"]})
        yield leaf


def test_leaves_follow_one_another_to_the_end_with_every_picture_once(tiles: Tiles) -> None:
    leaves = list(walk(tiles))
    keys = [key for leaf in leaves for key in leaf["keys"]]
    runs = [run.id for run in tiles.playground.history.page(ME.visitor, limit=100).runs]
    assert keys == [f"{run}/{index}" for run in runs for index in (0, 1)]
    assert [len(leaf["keys"]) for leaf in leaves] == [2 * PAGE, 4]
    pairs = [pair for leaf in leaves for pair in zip(leaf["keys"], leaf["tiles"], strict=True)]
    assert all(f'data-run="{key[:32]}" data-index="{key[33:]}"' in tile for key, tile in pairs)


def test_a_leaf_that_is_fetched_again_ends_where_it_did_whatever_came_or_went(tiles: Tiles, own_site: Site) -> None:
    first, second = walk(tiles)
    newer = a_run(own_site, ME)
    again = tiles.asked(ME, {"through": first["last"]})
    assert again["keys"] == [f"{newer.id}/0", f"{newer.id}/1", *first["keys"]]
    assert again["last"] == first["last"]
    gone = first["keys"][-1].partition("/")[0]  # the very run where the leaf ends
    tiles.playground.history.delete(ME.visitor, [gone, newer.id])
    again = tiles.asked(ME, {"through": first["last"]})
    assert again["keys"] == first["keys"][:-2]
    assert tiles.asked(ME, {"before": first["last"], "through": second["last"]})["keys"] == second["keys"]
    tiles.playground.history.restore(ME.visitor, [gone])
    assert tiles.asked(ME, {"through": first["last"]})["keys"] == first["keys"]


def test_of_favourites_and_of_a_board_only_those_pictures_are_shown(tiles: Tiles) -> None:
    (run, other, *_), boards = tiles.playground.history.page(ME.visitor).runs, tiles.playground.boards
    tiles.playground.history.mark(ME.visitor, run.id, 1, favourite=True)
    assert [key for leaf in walk(tiles, favourites=True) for key in leaf["keys"]] == [f"{run.id}/1"]
    board = boards.make(ME.visitor, "Boats")
    boards.add(ME.visitor, board.id, [(run.id, 0), (other.id, 1)])
    assert [key for leaf in walk(tiles, board=board.id) for key in leaf["keys"]] == [f"{run.id}/0", f"{other.id}/1"]
    assert [key for leaf in walk(tiles, board="all", mode="inpaint") for key in leaf["keys"]] == []


@pytest.mark.parametrize(
    "given",
    [{"search": {"board": "another's"}}, {"search": {"least": "much"}}],
)
def test_what_is_wrong_with_a_search_is_said_in_words(tiles: Tiles, given: dict[str, Any]) -> None:
    assert set(tiles.asked(ME, given)) == {"wrong"}


@pytest.mark.parametrize("given", [{"search": None}, {"search": [1]}, {"before": 7, "through": {}}, {"before": "x"}])
def test_whatever_a_browser_sends_has_an_answer(tiles: Tiles, given: dict[str, Any]) -> None:
    assert tiles.asked(ME, given)["keys"]


def test_a_browser_gets_its_own_visitors_leaf_alone(tiles: Tiles, own_site: Site) -> None:
    secret = tiles.asked(ME, {})["keys"][0]
    told = {token: _fetched(own_site, token) for token in (TOKEN, OTHER)}
    assert secret in told[TOKEN]["keys"]
    assert told[OTHER]["keys"] == []


def _fetched(site: Site, token: str) -> dict[str, Any]:
    """Ask for a leaf as the page's script does."""
    with httpx.Client(base_url=site.address, cookies={COOKIE: token}, timeout=30) as client:
        components = client.get("config").json()["components"]
        (number,) = (each["id"] for each in components if each["props"].get("elem_id") == "history-shelf")
        asked = {"data": {"search": {}}, "component_id": number, "fn_name": "leaf", "session_hash": f"of{token[:8]}"}
        answered = client.post("gradio_api/component_server", json=asked)
    return dict(answered.raise_for_status().json())


def test_the_first_leaf_comes_with_the_look_and_the_boards(page: gr.Blocks, tiles: Tiles) -> None:
    tiles.playground.boards.make(ME.visitor, "Foxes")
    told = answer(page, "refreshed", TOKEN, data=SEEN, search={}, shown=24)
    found = json.loads(told["history-found"])
    assert found["first"]["keys"] == tiles.asked(ME, {})["keys"]
    assert ["Foxes", 0] in [each[1:] for each in found["boards"]]
    other = json.loads(answer(page, "refreshed", TOKEN, data=SEEN, search={"words": "x"}, shown=24)["history-found"])
    assert other["asked"] != found["asked"]


def test_on_a_public_page_nobody_reaches_a_board_of_anothers(tiles: Tiles, own_site: Site) -> None:
    public = own_site.playground.settings.model_copy(update={"share": True})
    house = dataclasses.replace(tiles, playground=dataclasses.replace(own_site.playground, settings=public))
    board = own_site.playground.boards.make(ME.visitor, "Secret")
    assert "no such board" in house.asked(Caller(visitor=visitor_id(OTHER)), {"search": {"board": board.id}})["wrong"]

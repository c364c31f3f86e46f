"""One image whose file is cut short, gone or out of reach: its place says so, and all around it stands."""

import json
import re
import resource
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest

from backend.adapters.modelrunner import pictures as modelrunner
from backend.adapters.runware import pictures as runware
from backend.domain.caller import Caller
from backend.domain.errors import BadImage, StorageFull
from backend.domain.events import Finished, Generated
from backend.domain.records import Run
from backend.domain.requests import ControlNet, TextToImage, parse_request
from backend.generation.generate import generate
from backend.record.zip_file import write_zip
from backend.visitors.identity import COOKIE, guest_id, visitor_id
from tests.serving import Site
from tests.ui.endpoints.results.pages import stranger
from tests.ui.together.test_caller_in_a_room import request_of
from ui.endpoints.results.page import PREVIEW
from ui.page import build
from ui.runs.board import Board, board_html
from ui.serving.served import Served


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def unreachable(path: Path) -> None:
    path.unlink()
    path.mkdir()  # What can't be read as a file, also by root.


WAYS: dict[Callable[[Path], None], str] = {
    cut: "Its file is damaged.",
    emptied: "Its file is damaged.",
    Path.unlink: "Its file is gone",
    unreachable: "be read now",
}


@pytest.fixture(scope="module")
def page(site: Site) -> gr.Blocks:
    return build(site.playground)


@pytest.fixture(params=WAYS.items(), ids=["cut", "emptied", "gone", "unreachable"])
def lost(request: pytest.FixtureRequest, site: Site) -> tuple[Run, str, str]:
    """Return a run of two images of a new visitor, whose first file came to harm, the words for it, and their token."""
    harm, words = request.param
    token = f"{abs(hash(request.node.name)):032x}"[:32]
    run = a_run(site, Caller(visitor=visitor_id(token)))
    harm(site.playground.files.path(run.images[0].sha256))
    return run, words, token


def a_run(site: Site, caller: Caller) -> Run:
    # A prompt of its own, so that no other test has the same files.
    asked = TextToImage(prompt=f"for {caller.visitor}", width=128, height=128, count=2, steps=1)
    *_, last = generate(site.playground, caller, "fake", asked)
    assert isinstance(last, Finished)
    return last.run


def answer(page: gr.Blocks, name: str, token: str, *, room: str = "", data: Any = None, **asked: Any) -> dict[str, Any]:
    """Carry out an event of the page and return what it changes, by the components' ids."""
    (event,) = [each for each in page.fns.values() if each.api_name == name]
    given = [] if data is None else [gr.EventData(None, data)]
    told = event.fn(*given, request_of(token, room), **asked)
    return {str(each.elem_id): change for each, change in told.items()}


def tiles_of(told: dict[str, Any]) -> str:
    """Return the tiles of a look at the history, or what is said in their place."""
    found = json.loads(told["history-found"])
    return str(found["said"]) + "".join((found["first"] or {"tiles": []})["tiles"])


def test_the_history_shows_the_rest_and_price_state_and_recover_are_there(
    page: gr.Blocks, lost: tuple[Run, str, str]
) -> None:
    run, words, token = lost
    seen = {"values": {"mode": "text_to_image", "backend": "fake"}, "turn": "1"}
    # By its own words, since what programs of other tests made on loopback stands in this history as well.
    own = {"words": run.request.prompt}
    told = answer(page, "refreshed", token, data=seen, search=own, shown=24)
    assert {"generate", "state", "recoverable"} <= set(told)
    shelf = tiles_of(told)
    assert (shelf.count("<figure"), shelf.count("<img"), shelf.count(words)) == (2, 1, 1)
    assert shelf.count(f'data-run="{run.id}"') == 2, "the lost one can be deleted and its settings used"
    answer(page, "act", token, data={"act": "delete", "run": run.id})
    trash = tiles_of(answer(page, "refreshed", token, data=seen, search={"trash": True}, shown=24))
    assert (trash.count("<img"), trash.count(words), trash.count('data-act="restore"')) == (1, 1, 2)


def test_a_rooms_board_opens_for_who_joins(page: gr.Blocks, site: Site, lost: tuple[Run, str, str]) -> None:
    _, words, token = lost
    room = site.playground.rooms.open(visitor_id(token), room_name="Attic", name="Ann").id
    run = a_run(site, Caller(visitor=visitor_id(token), room=room))
    harm = next(way for way, said in WAYS.items() if said == words)
    harm(site.playground.files.path(run.images[0].sha256))
    site.playground.rooms.join(room, visitor_id("b" * 32), name="Bob")
    asked = {"headers": {"cookie": f"{COOKIE}={'b' * 32}"}}
    board = httpx.get(f"{site.address}room/{room}/look", **asked).raise_for_status().json()["html"].values()
    pictures = sorted(re.findall(r'src="\.(/[^"]*/small/[^"]*)"', " ".join(board)))
    answers = [httpx.get(f"{site.address.rstrip('/')}{each}", **asked) for each in pictures]
    assert [each.status_code for each in answers] == [410, 200]
    assert words in answers[0].text


def test_the_stage_and_a_shared_page_show_the_rest(site: Site, lost: tuple[Run, str, str]) -> None:
    run, words, _ = lost
    served = Served(site.playground.files, site.playground.holders)
    board = Board(run.request, "Fake", "free", run.visitor)
    for image in run.images:
        board.see(Generated(None, image.seed, None, image.index, record=image))  # type: ignore[arg-type]
    board.see(Finished(run))
    stage = board_html(board, served)
    assert (stage.count("<img"), stage.count(words), stage.count('data-act="settings"')) == (1, 1, 2)
    link = site.playground.result_links.share(run.id, run.visitor)
    page = stranger(site.playground).get(f"/result/{link}").text
    assert (page.count("<img"), page.count(words)) == (1, 1)
    assert stranger(site.playground).get(f"/result/{link}/{PREVIEW}").status_code == 200, "of the other one"


def test_the_apis_answer_has_the_rest_and_says_which_is_lost(site: Site, lost: tuple[Run, str, str]) -> None:
    run, _, _ = lost
    served = Served(site.playground.files, site.playground.holders)
    copied, missing = served.copies(run.images, run.visitor)
    assert [image for image, _ in copied] == [run.images[1]]
    assert [each["sha256"] for each in missing] == [run.images[0].sha256]


def test_the_zip_holds_the_rest_and_notes_what_is_left_out(
    site: Site, lost: tuple[Run, str, str], tmp_path: Path
) -> None:
    run, _, _ = lost
    zipped = write_zip(tmp_path / "x.zip", site.playground.files, [run])
    assert (len(zipped.names), len(zipped.left_out)) == (1, 1)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert json.loads(archive.read("runs.json"))[-1]["left_out"] == zipped.left_out


def test_settings_come_back_without_a_picture_that_is_lost(page: gr.Blocks, lost: tuple[Run, str, str]) -> None:
    run, _, token = lost
    told = answer(page, "act", token, data={"act": "settings", "run": run.id, "index": "0"})
    assert len(told) > 1


def test_the_size_of_a_damaged_input_is_a_sentence_at_every_provider(site: Site) -> None:
    sha256 = a_run(site, Caller(visitor="somebody")).images[0].sha256
    site.playground.files.path(sha256).write_bytes(b"no image")
    asked = parse_request({"mode": "controlnet", "prompt": "a boat", "image": sha256})
    assert isinstance(asked, ControlNet)
    for size_of in (runware.size_of, modelrunner.size_of):
        with pytest.raises(BadImage, match="damaged"):
            size_of(asked, site.playground.files)


@contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes, as on a disk that fills up in the middle of one."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_thumbnail_and_a_zip_are_written_whole_or_not_at_all(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(site, Caller(visitor="somebody"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "cache"))
    served = Served(site.playground.files, site.playground.holders)
    with files_up_to(100):
        for write in (
            lambda: served.thumbnail(run.images[0].sha256, guest_id("d" * 32)),
            lambda: served.copy(run.images[0], guest_id("d" * 32)),
            lambda: served.archive([run], guest_id("d" * 32)),
        ):
            with pytest.raises(StorageFull):
                write()
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    assert served.thumbnail(run.images[0].sha256, guest_id("d" * 32)).stat().st_size > 100

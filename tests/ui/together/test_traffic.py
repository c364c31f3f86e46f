"""What a room costs of a member's line, beside its pictures: every byte of request and answer is counted."""

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend.domain.caller import Caller
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.library.room_boards import MOST_RUNS
from backend.visitors.identity import COOKIE, visitor_id
from tests.serving import Site
from tests.ui.together.test_door import drawn

MOST_BYTES_A_SECOND = 5000
MEMBERS = [f"{number:x}" * 32 for number in range(1, 9)]
BOARD = (Path(__file__).parents[3] / "ui/together/board.js").read_text(encoding="utf-8")
PATIENCE_SECONDS = 60.0
CHROMIUM = {
    "host": "127.0.0.1:7860",
    "connection": "keep-alive",
    "sec-ch-ua-platform": '"Linux"',
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Chromium";v="142", "Not_A Brand";v="99"',
    "sec-ch-ua-mobile": "?0",
    "accept": "*/*",
    "sec-fetch-site": "same-origin",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.9",
}
"""What Chromium 142 sends with a fetch of the page's own, beside cookie and referrer; seen with its DevTools."""


class Member:
    """A member's browser, which asks for the board as `board.js` does and counts what goes over the line."""

    def __init__(self, site: Site, room: str, token: str) -> None:
        self.room = room
        referrer = {"referer": f"{site.address}?room={room}", "cookie": f"{COOKIE}={token}"}
        self.client = httpx.Client(base_url=site.address, headers={**CHROMIUM, **referrer}, verify=False)
        self.seen = ""
        self.items: dict[str, str] = {}

    def look(self) -> int:
        """Look once; return how many bytes went there and back."""
        answer = self.client.get(f"room/{self.room}/look", params={"seen": self.seen})
        assert answer.status_code in (200, 204), answer.text
        if answer.status_code == 200:
            self._hear(answer.json())
        return _size(answer)

    def _hear(self, told: dict[str, Any]) -> None:
        self.seen = told["seen"]
        self.items.update(told["html"])
        if "order" in told:
            self.items = {key: self.items[key] for key in told["order"]}


def _size(answer: httpx.Response) -> int:
    """Return the bytes of a request and its answer, as HTTP/1.1 has them on the line."""
    asked = answer.request
    lines = [asked.method.encode() + b" " + asked.url.raw_path + b" HTTP/1.1", b"HTTP/1.1 200 OK"]
    headers = sum(len(name) + len(value) + 4 for each in (asked, answer) for name, value in each.headers.raw)
    return sum(len(line) + 2 for line in lines) + headers + 4 + answer.num_bytes_downloaded


@pytest.fixture
def members(site: Site) -> Iterator[list[Member]]:
    """Eight members of a room whose board is full."""
    room = site.playground.rooms.open(visitor_id(MEMBERS[0]), room_name="The attic", name="Ann").id
    for number, token in enumerate(MEMBERS[1:]):
        site.playground.rooms.join(room, visitor_id(token), name=f"Member {number}")
    for seed in range(MOST_RUNS):
        drawn(
            site,
            MEMBERS[seed % 8],
            room,
            seed=seed,
            prompt=f"a boat in a storm, number {seed}, " + "oil on canvas " * 8,
        )
    browsers = [Member(site, room, token) for token in MEMBERS]
    yield browsers
    for each in browsers:
        each.client.close()
    site.playground.rooms.close(room, visitor_id(MEMBERS[0]))


@contextmanager
def drawing(site: Site, room: str) -> Iterator[None]:
    """Let the first member draw until the block ends."""
    caller = Caller(visitor=visitor_id(MEMBERS[0]), room=room)
    asked = {"mode": "text_to_image", "prompt": "a slow boat", "width": 128, "height": 128, "steps": 50}
    stream = generate(site.playground, caller, "fake", parse_request({**asked, "options": {"seconds": 50}}))
    ended = threading.Event()

    def watch() -> None:
        for _ in stream:
            if ended.is_set():
                break
        stream.close()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def step(site: Site, room: str, past: str = "") -> str:
    """Wait until another step is being drawn, and return what the board says of it."""
    until = time.monotonic() + PATIENCE_SECONDS
    watcher = Member(site, room, MEMBERS[1])
    with watcher.client:
        while time.monotonic() < until:
            site.playground.room_boards.forget(room)
            watcher.look()
            found = re.search(r"step \d+ of \d+", "".join(watcher.items.values()))
            if found and found[0] != past:
                return found[0]
            time.sleep(0.02)
    raise AssertionError("no step was drawn")


def test_eight_members_of_whom_one_draws_take_little_of_each_ones_line(site: Site, members: list[Member]) -> None:
    (pause,) = re.findall(r"DRAWING_MS = (\d+)", BOARD)
    room = members[0].room
    with drawing(site, room):
        now = step(site, room)
        for each in members:
            each.look()
        rates = []
        for _ in range(3):
            now = step(site, room, now)
            rates += [each.look() * 1000 / int(pause) for each in members]
    assert max(rates) <= MOST_BYTES_A_SECOND, f"{max(rates):.0f} bytes a second"


def test_a_board_on_which_nothing_changes_takes_next_to_nothing(site: Site, members: list[Member]) -> None:
    (pause,) = re.findall(r"QUIET_MS = (\d+)", BOARD)
    for each in members:
        each.look()
    assert max(each.look() * 1000 / int(pause) for each in members) <= 1000

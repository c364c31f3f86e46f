"""The pictures of an empty stage: those that are shown are sent, and no other file."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from backend.adapters.fake import FakeBackend
from backend.domain.capabilities import Drawn
from backend.playground import Playground
from ui.serving.wall import wall_address, wall_route


@pytest.fixture
def client(playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    (tmp_path / "fox.webp").write_bytes(b"a fox")
    (tmp_path / "secret.webp").write_bytes(b"not shown")
    (tmp_path / "source.webp").write_bytes(b"a hill")
    again = Drawn("a hut", 7, tmp_path / "hut.webp", "image_to_image", {}, {"image": tmp_path / "source.webp"})
    shown = replace(FakeBackend.capabilities, wall=(Drawn("a fox", 7, tmp_path / "fox.webp"), again))
    monkeypatch.setattr(playground.backends["fake"], "capabilities", shown)
    return TestClient(Starlette(routes=[wall_route(playground)]))


def test_a_picture_that_is_shown_is_sent_and_kept_for_an_hour(client: TestClient) -> None:
    answer = client.get(wall_address("fake", "fox.webp").removeprefix("."))
    assert (answer.content, answer.headers["content-type"]) == (b"a fox", "image/webp")
    assert answer.headers["cache-control"] == "private, max-age=3600"


def test_what_a_picture_was_made_of_is_sent_too(client: TestClient) -> None:
    assert client.get("/wall/fake/source.webp").content == b"a hill"


@pytest.mark.parametrize("path", ["fake/secret.webp", "fake/..%2Ffox.webp", "nobody/fox.webp", "fake/"])
def test_nothing_else_is(client: TestClient, path: str) -> None:
    assert client.get(f"/wall/{path}").status_code == 404

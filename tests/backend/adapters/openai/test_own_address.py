"""A server whose address is the playground's own, or leads back to it: an order is refused instead of going round."""

import httpx
import pytest

from backend.settings import Settings
from backend.visitors.passing import read_passed
from tests.opened import opened
from tests.serving import free_port, page_of


def test_an_order_that_comes_back_is_refused_after_one_round(tmp_path_factory: pytest.TempPathFactory) -> None:
    port = free_port()
    given = {
        "PLAYGROUND_DATA": tmp_path_factory.mktemp("own"),
        "PLAYGROUND_BACKEND": "openai",
        "GRADIO_SERVER_PORT": port,
        "PLAYGROUND_OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1",
    }
    with opened(Settings(_env_file=None, **given)) as playground, page_of(playground) as address:
        answer = httpx.post(f"{address}v1/images/generations", json={"prompt": "a red fox"}, timeout=60)
        runs = playground.store.runs("api")
    assert answer.status_code == 400
    assert "playground's own" in answer.json()["error"]["message"]
    assert answer.json()["error"]["playground"]["billed"] == "no"
    assert len(runs) == 1


def test_an_order_that_comes_back_by_way_of_another_playground_is_refused_after_one_round(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    one, other = free_port(), free_port()

    def settings(mine: int, behind: int) -> Settings:
        given = {"PLAYGROUND_DATA": tmp_path_factory.mktemp("round"), "PLAYGROUND_BACKEND": "openai"}
        address = f"http://127.0.0.1:{behind}/v1"
        return Settings(_env_file=None, **given, GRADIO_SERVER_PORT=mine, PLAYGROUND_OPENAI_BASE_URL=address)

    with opened(settings(one, other)) as first, opened(settings(other, one)) as second:
        with page_of(first) as address, page_of(second):
            answer = httpx.post(f"{address}v1/images/generations", json={"prompt": "a red fox"}, timeout=60)
        runs = [len(each.store.runs("api")) for each in (first, second)]
    assert answer.status_code == 400
    assert "playground's own" in answer.json()["error"]["message"]
    assert answer.json()["error"]["playground"]["billed"] == "no"
    assert runs == [1, 1]


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", ()),
        (f"{'a' * 16}/openai, {'b' * 16}/openai-fast", (f"{'a' * 16}/openai", f"{'b' * 16}/openai-fast")),
        (f"proxy, {'a' * 16}/openai,, {'A' * 16}/x, {'a' * 16}/{'x' * 41}", (f"{'a' * 16}/openai",)),
    ],
)
def test_what_an_order_has_passed_is_read_and_anything_else_left_out(text: str, entries: tuple[str, ...]) -> None:
    assert read_passed(text) == entries

"""A server whose address is the playground's own: its order comes back, and is refused instead of going round."""

import httpx
import pytest

from backend.settings import Settings
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

"""The prompt helper for scripts and assistants: a real page before a chat server on loopback."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from backend.prompt_helper import asking
from backend.visitors.rates import Rate
from tests.backend.prompt_helper.chat_server import BETTER, ChatServer, chat, chat_server
from tests.serving import Site, served_site
from tests.ui.endpoints.test_mcp import answer, call, picture, said, within
from ui.endpoints.prompt_helper import TASKS

KEY = "sk-secret-of-the-helper"
PRICED = {"PLAYGROUND_LLM_API_KEY": KEY, "PLAYGROUND_LLM_USD_PER_MILLION": "1,2"}
LEFT_SECONDS = 60


@pytest.fixture(scope="module")
def chatting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, ChatServer]]:
    with chat_server() as desk:
        given = {"PLAYGROUND_LLM_BASE_URL": desk.address, "PLAYGROUND_LLM_MODEL": "words"}
        with served_site(tmp_path_factory.mktemp("helped"), **given, **PRICED) as site:
            yield site, desk


@pytest.fixture
def helped(chatting: tuple[Site, ChatServer]) -> tuple[Site, ChatServer, Client]:
    site, desk = chatting
    desk.status, desk.body, desk.wait = 200, chat(BETTER), None
    desk.left.clear()
    desk.came.clear()
    desk.asked.clear()
    return site, desk, Client(site.address, verbose=False)


def ledger(site: Site) -> list[tuple[str, float | None]]:
    with site.playground.store.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT run_id FROM ledger").scalars().all()
    entries = [site.playground.budget.entry(row) for row in rows]
    return [(entry[0], None if entry[2] is None else float(entry[2])) for entry in entries if entry]


def test_a_script_gets_the_new_text_with_what_had_to_stay_and_its_cost(
    helped: tuple[Site, ChatServer, Client],
) -> None:
    site, desk, client = helped
    desk.body = chat(BETTER, usage={"prompt_tokens": 100, "completion_tokens": 50, "cost": 0.0007})
    found = client.predict('a fox, sign "OPEN"', api_name="/enhance")
    assert found["text"] == f'{BETTER} The picture shows the words "OPEN".'
    assert (found["before"], found["put_back"], found["added"]) == ('a fox, sign "OPEN"', ['"OPEN"'], [])
    assert (found["cost_usd"], found["cost_kind"]) == (0.0007, "billed")
    assert (found["host"], found["model"]) == (f"127.0.0.1:{desk.port}", "words")
    assert ("settled", 0.0007) in ledger(site)
    assert [path for path, *_ in desk.asked] == ["/v1/chat/completions"]


def test_a_script_gets_a_description_in_the_language_that_it_asks_for(
    helped: tuple[Site, ChatServer, Client], tmp_path: Path
) -> None:
    _, desk, client = helped
    Image.new("RGB", (1600, 900), "red").save(file := tmp_path / "red.png")
    found = client.predict(handle_file(file), language="zh", api_name="/describe")
    assert (found["text"], found["before"], found["cost_usd"], found["cost_kind"]) == (BETTER, "", None, "unknown")
    told, shown = desk.asked[0][1]["messages"]
    assert told["content"].startswith("把这张图片")
    assert shown["content"][0]["image_url"]["url"].startswith("data:image/jpeg;base64,")
    with pytest.raises(AppError, match="'fr'; choose one of en, zh"):
        client.predict(handle_file(file), language="fr", api_name="/describe")
    assert len(desk.asked) == 1


def test_an_assistant_gets_the_same_by_tools_that_say_where_everything_goes(
    helped: tuple[Site, ChatServer, Client],
) -> None:
    site, desk, _ = helped
    tools = {tool.name: tool for tool in within(site, lambda session: session.list_tools()).tools}
    for task in TASKS:
        assert f"on the playground's own machine (127.0.0.1:{desk.port})" in (tools[task].description or "")
        assert all(field["description"] for field in tools[task].inputSchema["properties"].values())
        hints = tools[task].annotations
        assert hints
        assert (hints.openWorldHint, hints.readOnlyHint, hints.destructiveHint) == (True, False, False)
    assert answer(call(site, "enhance", prompt="一只狐狸"))["other_language"] is True
    assert answer(call(site, "describe", image=picture()))["text"] == BETTER
    assert [len(body["messages"][1]["content"]) for _, body, _ in desk.asked] == [4, 1]
    assert "image" in said(call(site, "describe", image="https://example.com/a.png"))
    assert "'x'" in said(call(site, "enhance", prompt="a fox", x=1))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [(401, b"no " + KEY.encode(), "refuses its key"), (200, b"<html>", "no JSON"), (500, b"", "failed")],
)
def test_what_the_server_does_wrong_is_the_same_sentence_for_both(
    helped: tuple[Site, ChatServer, Client], status: int, body: bytes, told: str
) -> None:
    site, desk, client = helped
    desk.status, desk.body = status, body
    with pytest.raises(AppError, match=told) as raised:
        client.predict("a fox", api_name="/enhance")
    text = said(call(site, "enhance", prompt="a fox"))
    assert told in text
    assert KEY not in f"{raised.value} {text}"


@pytest.mark.parametrize("prompt", ["  ", "x" * 3001])
def test_a_prompt_that_is_none_asks_nobody(helped: tuple[Site, ChatServer, Client], prompt: str) -> None:
    _, desk, client = helped
    with pytest.raises(AppError, match=r"[Pp]rompt"):
        client.predict(prompt, api_name="/enhance")
    assert desk.asked == []


def test_a_cancel_hangs_up(helped: tuple[Site, ChatServer, Client]) -> None:
    _, desk, client = helped
    desk.wait = threading.Event()
    job = client.submit("a fox", api_name="/enhance")
    for _ in job:  # its first word: from then on Gradio can end it
        break
    assert desk.came.wait(LEFT_SECONDS)
    job.cancel()
    assert desk.left.wait(LEFT_SECONDS)


def test_without_a_helper_both_are_refused_in_words(site: Site) -> None:
    client = Client(site.address, verbose=False)
    with pytest.raises(AppError, match=r"no prompt helper.*PLAYGROUND_LLM_BASE_URL"):
        client.predict("a fox", api_name="/enhance")
    assert "no prompt helper" in said(call(site, "describe", image=picture()))
    tools = {tool.name: tool for tool in within(site, lambda session: session.list_tools()).tools}
    assert all("No prompt helper is set up here" in (tools[task].description or "") for task in TASKS)


def test_on_a_public_page_rate_and_cap_are_those_of_the_pages_own_buttons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "RATE", Rate(3, seconds=36_000))  # however slow the machine is
    public = {"PLAYGROUND_TRUSTED_PROXY": "192.0.2.1", "PLAYGROUND_VISITOR_CAP_USD": "0.013"}
    with (
        chat_server() as desk,
        served_site(tmp_path, PLAYGROUND_LLM_BASE_URL=desk.address, **PRICED, **public) as site,
    ):
        client = Client(site.address, verbose=False)
        for _ in range(2):  # Each sets at least $0.0041 aside, and nobody says what it cost.
            client.predict("a fox", api_name="/enhance")
        with pytest.raises(AppError, match=r"\$0\.013"):
            client.predict("a fox", api_name="/enhance")
        with pytest.raises(AppError, match="prompt helper"):
            client.predict("a fox", api_name="/enhance")
        assert len(desk.asked) == 2


def test_halves_of_signs_are_neither_sent_nor_passed_on(helped: tuple[Site, ChatServer, Client]) -> None:
    _, desk, client = helped
    desk.body = json.dumps({"choices": [{"message": {"content": "a fox \ud800\0"}}]}).encode()
    assert client.predict("a fox", api_name="/enhance")["text"] == "a fox"

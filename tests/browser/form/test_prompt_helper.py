"""The prompt helper, as somebody at the page meets it; what it asks is a server on loopback."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.backend.prompt_helper.chat_server import BETTER, ChatServer, chat, chat_server
from tests.browser.conftest import PATIENCE_MS
from tests.browser.presses import open_tab
from tests.serving import served_site

PROMPT = 'a red fox, sign "OPEN late"'


@pytest.fixture(scope="module")
def chatting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, ChatServer]]:
    with chat_server() as desk:
        data = tmp_path_factory.mktemp("helped")
        with served_site(data, PLAYGROUND_LLM_BASE_URL=desk.address, PLAYGROUND_LLM_MODEL="words") as site:
            yield site.address, desk


@pytest.fixture
def helped(
    browser: Browser, hands: dict[str, Any], chatting: tuple[str, ChatServer]
) -> Iterator[tuple[Page, ChatServer]]:
    address, desk = chatting
    desk.status, desk.body, desk.wait = 200, chat(BETTER), None
    desk.left.clear()
    context = browser.new_context(**hands)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("#generate")
    page.fill("#prompt textarea", PROMPT)
    expect(page.locator("#enhance")).to_be_visible()
    yield page, desk
    if desk.wait is not None:
        desk.wait.set()
    context.close()


def test_a_new_text_is_shown_beside_the_old_edited_taken_and_undone(helped: tuple[Page, ChatServer]) -> None:
    page, desk = helped
    expect(page.locator("#helper-hint")).to_contain_text(f"127.0.0.1:{desk.port}")
    page.click("#enhance")
    fresh = page.locator("#helper-text textarea")
    expect(fresh).to_have_value(f'{BETTER} The picture shows the words "OPEN late".')
    expect(page.locator("#helper-old")).to_contain_text(PROMPT)
    expect(page.locator("#helper-note")).to_contain_text("put back at the end")
    expect(page.locator("#helper-note")).to_contain_text("free")
    expect(page.locator("#prompt textarea")).to_have_value(PROMPT)
    fresh.fill("a red fox, as I like it")
    page.click("#take-helper")
    expect(page.locator("#prompt textarea")).to_have_value("a red fox, as I like it")
    expect(fresh).to_be_hidden()
    page.click("#undo-helper")
    expect(page.locator("#prompt textarea")).to_have_value(PROMPT)
    expect(page.locator("#undo-helper")).to_be_hidden()


def test_a_text_that_is_not_wanted_and_a_server_that_fails_leave_the_prompt(helped: tuple[Page, ChatServer]) -> None:
    page, desk = helped
    page.click("#enhance")
    expect(page.locator("#helper-text textarea")).to_be_visible()
    page.click("#leave-helper")
    expect(page.locator("#helper-text textarea")).to_be_hidden()
    desk.status = 500
    page.click("#enhance")
    expect(page.locator("#helper-note")).to_contain_text("failed (status 500)")
    expect(page.locator("#prompt textarea")).to_have_value(PROMPT)


def test_stop_ends_the_question_and_leaves_the_prompt(helped: tuple[Page, ChatServer]) -> None:
    page, desk = helped
    desk.wait = threading.Event()
    page.click("#enhance")
    page.click("#stop-helper")
    assert desk.left.wait(60)
    expect(page.locator("#stop-helper")).to_be_hidden()
    expect(page.locator("#helper-text textarea")).to_be_hidden()
    expect(page.locator("#prompt textarea")).to_have_value(PROMPT)


def test_a_picture_on_the_easel_is_described(helped: tuple[Page, ChatServer], tmp_path: Path) -> None:
    page, desk = helped
    expect(page.locator("#describe")).to_be_hidden()
    Image.new("RGB", (96, 64), "red").save(tmp_path / "red.png")
    open_tab(page, "Image to image")
    page.set_input_files("#easel .drop input", tmp_path / "red.png")
    expect(page.locator("#easel").get_by_role("status")).to_contain_text("96 × 64")
    expect(page.locator("#easel .easel:not([data-busy])")).to_be_attached()
    page.click("#describe")
    expect(page.locator("#helper-text textarea")).to_have_value(BETTER)
    assert desk.asked[-1][1]["messages"][1]["content"][0]["type"] == "image_url"


def test_the_owner_is_told_how_to_set_a_helper_up(page: Page) -> None:
    expect(page.locator("#find-helper")).to_be_visible()
    expect(page.locator("#enhance")).to_be_hidden()

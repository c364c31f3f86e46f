"""A page that strangers reach: who shares it reads what they can do and spend, in their own language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.seen import on_screen
from tests.browser.together.conftest import Come, make_room
from tests.serving import Site, served_site

pytestmark = pytest.mark.slow  # It opens the page three times.


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Site]:
    """Serve a playground behind a proxy, so that strangers may reach it."""
    with served_site(tmp_path, two=True, PLAYGROUND_TRUSTED_PROXY="10.9.9.9") as site:
        yield site


def test_who_shares_a_page_reads_what_strangers_can_do_and_spend(shared: Site, come: Come) -> None:
    ann = come(shared.address)
    note = ann.locator("#strangers")
    on_screen(note)
    expect(note).to_contain_text("Whoever has this page's address can draw here.")
    spend = "they can spend $0.25 each, $5.00 all together in 24 hours, $0.50 in a room of its owner's money."
    expect(note).to_contain_text(spend)
    expect(note).to_contain_text("1 page is open now.")
    note.get_by_role("button", name="Understood").click()
    expect(note).to_have_count(0)
    ann.evaluate("localStorage.setItem('z-image-language', 'zh-Hans')")
    ann.reload()
    ann.wait_for_selector("#generate")
    make_room(ann)
    assert note.count() == 0  # It came with what the page asks for as it opens.
    ann.locator("#board [data-do=sheet]").click()
    sheet = ann.locator("#together-sheet")
    expect(sheet).to_contain_text("有本页地址的人都能在此作图。")
    expect(sheet).to_contain_text("和 Second fake 作图由本页的所有者付费：")
    expect(sheet).to_contain_text("和 Second fake 他们能花所有者的钱：每人 $0.25，")
    expect(sheet).to_contain_text("别人无法通过此名称访问")
    sheet.locator("[data-do=close]").click()
    expect(sheet.locator("[data-do=close]")).to_have_text("为所有人关闭？")
    sheet.locator("[data-do=close]").click()
    expect(ann.locator("#board .board")).to_be_hidden()

"""The page in Chinese: everything that it says itself, and nothing of what the visitor wrote."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.folds import is_open
from tests.browser.presses import choose_option, press_until
from tests.serving import Site
from tests.ui.head.test_languages import NAMES

LEFT = """() => {
  const left = new Set(), foreign = text => /[A-Za-z]{2}/.test(text) && !/[\\u4e00-\\u9fff]/.test(text);
  const kept = '[translate=no], script, style, code, pre, kbd, textarea, .vega-embed, #title';
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();)
    if (!node.parentElement.closest(kept) && foreign(node.data)) left.add(node.data.trim());
  for (const node of document.querySelectorAll('[placeholder], [title], [aria-label]'))
    for (const name of ['placeholder', 'title', 'aria-label'])
      if (!node.closest(kept) && foreign(node.getAttribute(name) || '')) left.add(node.getAttribute(name));
  for (const box of document.querySelectorAll('input[role=combobox]')) if (foreign(box.value)) left.add(box.value);
  return [...left].sort();
}"""
SAME_EVERYWHERE = ["A1111 (CSV)", "ControlNet", "Lanczos", "LoRA", "png", "Second fake"]


@pytest.fixture
def chinese(browser: Browser, site: Site, hands: dict[str, Any]) -> Iterator[Page]:
    context = browser.new_context(**hands, locale="zh-CN")
    page = context.new_page()
    page.goto(site.address)
    expect(page.locator("#generate")).to_contain_text("生成")
    yield page
    context.close()


def open_all(page: Page) -> None:
    for fold in page.locator("button.label-wrap, details.fold > summary").all():
        if fold.is_visible():
            press_until(fold, partial(is_open, fold))
    page.wait_for_timeout(1500)


def left_in_english(page: Page) -> set[str]:
    """Return what the page says in English, names apart."""
    return {text for text in page.evaluate(LEFT) if not NAMES.fullmatch(text)}


def test_a_chinese_browser_gets_a_chinese_page_without_an_english_label(chinese: Page) -> None:
    chinese.fill("#prompt textarea", "Left")
    chinese.keyboard.press("Control+Enter")
    expect(chinese.locator("#stage .card")).to_contain_text("重用种子")
    open_all(chinese)
    expect(chinese.locator("html")).to_have_attribute("lang", "zh-Hans")
    assert left_in_english(chinese) <= set(SAME_EVERYWHERE)
    choose_option(chinese.locator("#backend input"), "Second fake")
    chinese.wait_for_timeout(2000)
    assert left_in_english(chinese) <= {
        *SAME_EVERYWHERE,
        "It draws what it is told.",
        "a second beginning",
        "It takes one seed.",
    }
    assert chinese.locator("#stage img").first.get_attribute("alt") == "Left"


def test_errors_are_in_the_pages_language_and_name_the_field_in_it(chinese: Page) -> None:
    chinese.fill("#prompt textarea", "x")
    chinese.fill("#steps input[type=number]", "77")
    chinese.keyboard.press("Control+Enter")
    problem = chinese.locator("#stage .problem")
    expect(problem).to_contain_text("有些值需要再看一下")
    expect(problem).to_contain_text("步数 是 77；最大为 50。")
    expect(problem).to_contain_text("没有计费。")


def test_no_space_stands_between_two_chinese_words(chinese: Page) -> None:
    said = "Ready: the small embedded model on this machine's CPU."
    chinese.evaluate("said => document.querySelector('#state .state > span').textContent = said", said)
    expect(chinese.locator("#state .state > span")).to_have_text("就绪：自带的小模型在本机 CPU 上。")


def test_the_switch_turns_the_page_at_once_and_is_remembered(page: Page) -> None:
    page.fill("#prompt textarea", "Steps")
    expect(page.locator("#generate")).to_contain_text("Generate")
    page.click("#language button")
    expect(page.locator("#generate")).to_contain_text("生成")
    expect(page.get_by_role("tab", name="局部重绘")).to_be_visible()
    expect(page.locator("#prompt textarea")).to_have_value("Steps")
    expect(page.locator("#stage kbd")).to_have_count(2)
    page.reload()
    expect(page.locator("#generate")).to_contain_text("生成")
    page.click("#language button")
    expect(page.locator("#generate")).to_contain_text("Generate")
    expect(page.get_by_role("tab", name="Inpaint", exact=True)).to_be_visible()
    expect(page.locator("#stage")).to_contain_text("Write what you want to see, then press Ctrl Enter.")
    expect(page.locator("html")).to_have_attribute("lang", "en")

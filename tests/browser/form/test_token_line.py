"""The length of a long prompt."""

from playwright.sync_api import Page, Request, expect


def test_a_long_prompt_is_counted_after_a_pause_and_a_short_one_never(page: Page) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if (request.post_data or "").startswith('{"data":["a fox'):  # The price's request begins with other values.
            asked.append(request.post_data or "")

    line = page.locator("#tokens")
    prompt = page.locator("#prompt textarea")
    page.on("request", note)
    prompt.press_sequentially("a fox in snow")
    page.wait_for_timeout(1000)
    assert asked == []
    prompt.fill("雪" * 900)
    expect(line).to_contain_text("of 1504 tokens")
    prompt.fill("雪" * 2500 + "尾")
    expect(line).to_contain_text("the model reads 1504")
    expect(line.locator("q")).to_contain_text("雪")
    prompt.fill("a fox")
    expect(line).to_be_hidden()

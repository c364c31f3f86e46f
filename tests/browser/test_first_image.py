"""The main job, with hands: a prompt, an image, its seed and cost, the file."""

from pathlib import Path

from playwright.sync_api import Page, expect

from backend.restore.read import read_metadata
from tests.browser.folds import open_fold
from tests.browser.presses import generate_until
from tests.serving import Site

WORDS = "a green triangle on sand"


def draw(page: Page, words: str = WORDS) -> None:
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")


def test_a_prompt_becomes_an_image_whose_file_restores_it_and_whose_seed_is_used_again(
    page: Page, tmp_path: Path
) -> None:
    draw(page)
    facts = page.locator("#stage .card .facts")
    expect(facts).to_contain_text("seed ")
    expect(facts).to_contain_text("free")
    expect(facts).to_contain_text(" s")
    expect(facts).to_contain_text("256 × 256")
    expect(page.locator("#stage .card img")).to_have_attribute("alt", WORDS)
    page.wait_for_function("document.querySelector('#stage .card img')?.naturalWidth === 256")
    page.locator("#history .tile").scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('#history .tile img')?.naturalWidth > 0")
    with page.expect_download() as caught:
        page.click("#stage .card a[download]")
    target = tmp_path / caught.value.suggested_filename
    caught.value.save_as(target)
    own = read_metadata(target.read_bytes())
    assert own is not None
    assert own.recipe["prompt"] == WORDS
    assert str(own.recipe["seed"]) in target.name
    seed = page.locator("#stage .card [data-act=seed]").get_attribute("data-value")
    assert seed is not None
    page.click("#stage .card [data-act=seed]")
    expect(page.locator("#seed input, #seed textarea")).to_have_value(seed)
    page.click("#dice")
    expect(page.locator("#seed input")).to_have_value("")
    expect(page.locator("#seed input")).to_have_attribute("placeholder", "random")
    page.click("#reuse")
    expect(page.locator("#seed input, #seed textarea")).to_have_value(seed)


def test_a_missing_prompt_and_a_size_that_cannot_be_made_are_named_with_the_way_out(page: Page, site: Site) -> None:
    page.click("#generate")
    expect(page.locator("#stage .problem")).to_contain_text("Prompt")
    expect(page.locator("#generate")).to_be_visible()
    page.fill("#width input", "1000")
    page.fill("#prompt textarea", WORDS)
    generate_until(page, "#stage .problem:has-text('Width')")
    problem = page.locator("#stage .problem")
    expect(problem).to_contain_text("Width")
    expect(problem).to_contain_text("is 1000; it must be a multiple of 16, such as 992")
    expect(problem).to_contain_text("Nothing was billed")
    assert site.fake.running == 0


def test_stop_frees_the_backend_and_gives_the_button_back(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "30")
    page.keyboard.press("Tab")
    draw(page)
    expect(page.locator("#stage .progress")).to_contain_text("step")
    assert site.fake.running == 1
    page.click("#stop")
    expect(page.locator("#generate")).to_be_visible()
    while site.fake.running:
        page.wait_for_timeout(20)


def test_leaving_the_page_frees_the_backend(page: Page, site: Site) -> None:
    open_fold(page, "Only Fake")
    page.fill("#fake-seconds input[type=number]", "30")
    page.keyboard.press("Tab")
    draw(page)
    expect(page.locator("#stage .progress")).to_contain_text("step")
    page.goto("about:blank")
    while site.fake.running:
        page.wait_for_timeout(20)


def test_a_preset_and_a_swap_set_width_and_height_and_the_price_follows_the_form(page: Page) -> None:
    page.select_option("#size select", "384x256")
    expect(page.locator("#width input")).to_have_value("384")
    expect(page.locator("#height input")).to_have_value("256")
    page.click("#swap")
    expect(page.locator("#width input")).to_have_value("256")
    expect(page.locator("#size select")).to_have_value("256x384")
    expect(page.locator("#size option:checked")).to_have_text("256 × 384  (2:3)")
    page.fill("#width input", "400")
    expect(page.locator("#size option:checked")).to_have_text("Custom")
    page.select_option("#size select", "256x256")
    open_fold(page, "Only Fake")
    page.check("#fake-provider input")
    expect(page.locator("#generate")).to_contain_text("≈ $0.0013")
    page.fill("#count input[type=number]", "4")
    expect(page.locator("#generate")).to_contain_text("≈ $0.0052")


def test_what_was_made_is_there_after_a_reload(page: Page) -> None:
    draw(page, "a lighthouse at dusk")
    expect(page.locator("#stage .card")).to_have_count(1)
    page.reload()
    expect(page.locator("#history img[alt='a lighthouse at dusk']")).to_have_count(1)


def test_a_picture_opens_large_and_arrows_turn_the_leaves(page: Page) -> None:
    page.fill("#count input[type=number]", "2")
    page.keyboard.press("Tab")
    draw(page)
    expect(page.locator("#stage .card")).to_have_count(2)
    page.locator("#stage .card .picture").first.click()
    large = page.locator("#lightbox img")
    expect(large).to_be_visible()
    first = large.get_attribute("src")
    page.keyboard.press("ArrowRight")
    assert large.get_attribute("src") != first
    page.keyboard.press("Escape")
    expect(large).not_to_be_visible()


def test_nothing_is_fetched_from_elsewhere(page: Page, site: Site) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if not ours(request.url, site) else None)
    page.reload()
    draw(page)
    expect(page.locator("#stage .card")).to_have_count(1)
    assert elsewhere == []


def test_a_phone_shows_everything_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    draw(page)
    expect(page.locator("#stage .card")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Both at one moment: the page may still be gliding to what the press brought.
    between = page.evaluate(
        "() => { const at = name => document.querySelector(name).getBoundingClientRect();"
        " return at('#generate').top - at('#prompt').bottom; }"
    )
    assert 0 <= between < 40


def ours(url: str, site: Site) -> bool:
    return url.startswith((site.address, "data:", "blob:"))

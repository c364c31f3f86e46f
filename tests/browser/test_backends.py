"""Two backends: the switch, the comparison, the grid, and the request laid open."""

from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from backend.images.metadata.origin import read_origin
from tests.browser.folds import open_fold
from tests.browser.presses import choose_option, open_tab
from tests.serving import Site


def switch(page: Page, label: str) -> None:
    choose_option(page.locator("#backend input"), label)


def draw(page: Page, words: str) -> None:
    page.fill("#prompt textarea", words)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)


def test_the_form_fits_itself_to_a_backend_and_says_what_changed(page: Page) -> None:
    page.fill("#steps input[type=number]", "40")
    page.keyboard.press("Tab")
    switch(page, "Second fake")
    expect(page.locator("#steps input[type=number]")).to_have_value("20")
    note = page.locator("#fit-note")
    expect(note).to_contain_text("Steps: 40 became 20. It stops there.")
    note.locator("summary").click()
    expect(note).to_contain_text("It draws what it is told.")
    expect(page.locator("#width input")).to_have_value("512")
    expect(page.get_by_role("tab", name="ControlNet", exact=True)).to_be_disabled()
    expect(page.locator("#stage .chips:visible button")).to_have_text("a second beginning")
    switch(page, "Fake (flat colours)")
    expect(page.get_by_role("tab", name="ControlNet", exact=True)).to_be_enabled()


def test_a_backend_that_cannot_do_the_open_tab_says_so_before_the_press_and_leads_on(page: Page) -> None:
    open_tab(page, "Image to image")
    switch(page, "Second fake")
    expect(page.locator("#generate")).to_have_text("Not on Second fake")
    expect(page.locator("#left")).to_contain_text("Second fake doesn't do Image to image: open another tab")
    expect(page.locator("#state .state.missing")).to_contain_text("Second fake doesn't do Image to image.")
    open_tab(page, "Text to image")
    expect(page.locator("#state .state.ready")).to_be_visible()
    expect(page.locator("#generate")).to_have_text("Generate · free")
    switch(page, "Fake (flat colours)")
    open_tab(page, "Image to image")
    switch(page, "Second fake")
    page.click("#left [data-way=fake]")
    expect(page.locator("#state .state.ready")).to_be_visible()
    expect(page.locator("#generate")).to_contain_text("Generate")


def test_one_request_on_two_backends_side_by_side_and_over_one_another(page: Page) -> None:
    page.fill("#prompt textarea", "a compared clock")
    expect(page.locator("#compare")).to_have_text("Compare Fake (flat colours) and Second fake · free")
    page.click("#compare")
    expect(page.locator("#stage .column .card")).to_have_count(2)
    expect(page.locator("#stage .compare")).to_contain_text("different pixels on different backends")
    seeds = page.locator("#stage .column .fact.seed").all_inner_texts()
    assert len(set(seeds)) == 1
    for view in ("slider", "hover", "difference"):
        page.click(f"#stage [data-view={view}]")
        expect(page.locator(f"#stage .over.{view} img")).to_have_count(2)
        expect(page.locator("#stage .columns")).not_to_be_visible()
    page.click("#stage [data-view=side]")
    expect(page.locator("#stage .columns")).to_be_visible()


def test_a_comparison_that_only_one_backend_could_be_in_is_not_offered(page: Page, tmp_path: Path) -> None:
    Image.new("RGB", (256, 256), "red").save(tmp_path / "red.png")
    open_tab(page, "Image to image")
    page.set_input_files("#easel .drop input", tmp_path / "red.png")
    expect(page.locator("#easel .easel:not([data-empty])")).to_be_visible()
    button = page.locator("#compare")
    expect(button).to_have_text("Compare backends: Only Fake (flat colours) can do this")
    expect(button).to_be_disabled()


def test_a_grid_fills_and_becomes_one_labelled_image(page: Page, site: Site, tmp_path: Path) -> None:
    page.fill("#prompt textarea", "a red fox")
    open_fold(page, "Grid")
    page.fill("#grid-across-values input, #grid-across-values textarea", "2, 4, 6")
    expect(page.locator("#grid-price")).to_contain_text("3 images · free")
    page.select_option("#grid-down select", "seed")
    page.fill("#grid-down-values input, #grid-down-values textarea", "1, 2")
    expect(page.locator("#grid-price")).to_contain_text("6 images · free")
    page.click("#grid-run")
    expect(page.locator("#stage table.grid .card")).to_have_count(6)
    link = page.locator("#stage a[download='grid.png']")
    expect(link).to_be_visible()
    address = link.get_attribute("href")
    (tmp_path / "grid.png").write_bytes(page.request.get(f"{site.address}{address}").body())
    with Image.open(tmp_path / "grid.png") as sheet:
        assert sheet.width > 3 * 256
        assert sheet.height > 2 * 256
    origin = read_origin((tmp_path / "grid.png").read_bytes())
    assert origin is not None
    assert origin.term == "trainedAlgorithmicMedia"


def test_the_price_of_a_grid_is_said_before_anything_in_it_was_touched(page: Page) -> None:
    open_fold(page, "Grid")
    expect(page.locator("#grid-price")).to_contain_text("2 images · free")


def test_the_price_of_a_comparison_follows_the_form(page: Page) -> None:
    open_fold(page, "Only Fake")
    page.locator("#fake-provider-box").check()
    page.fill("#count input[type=number]", "2")
    page.keyboard.press("Tab")
    expect(page.locator("#compare")).to_contain_text("≈ $0.0026")


def test_a_grid_that_cannot_be_says_which_value_is_wrong(page: Page) -> None:
    open_fold(page, "Grid")
    page.fill("#grid-across-values input, #grid-across-values textarea", "4, 99")
    expect(page.locator("#grid-price")).to_contain_text("99")


def test_the_request_is_laid_open_as_code(page: Page) -> None:
    draw(page, "a glass bridge")
    page.click("#stage [data-act=code]")
    panel = page.locator("#inspector")
    expect(panel).to_contain_text("Python, through this playground")
    panel.locator("summary").first.click()
    expect(panel.locator("code").first).to_contain_text("a glass bridge")
    page.click("#inspector [data-close]")
    expect(panel.locator("details")).to_have_count(0)

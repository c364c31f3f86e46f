"""The form of a prompt's variables, and the hint about weights."""

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.seen import on_screen
from tests.serving import Site


def last_prompt(site: Site) -> str:
    with site.playground.store.engine.connect() as connection:
        return str(connection.exec_driver_sql("SELECT prompt FROM runs ORDER BY created DESC LIMIT 1").scalar())


def test_variables_are_asked_for_filled_and_remembered(page: Page, site: Site) -> None:
    box, fields = page.locator("#prompt textarea"), page.locator("#variables input")
    expect(page.locator("#variables .variables")).to_be_hidden()
    box.fill("a {{animal}} in {{time of day}}")
    expect(fields).to_have_count(2)
    page.get_by_label("animal", exact=True).fill("fox {a|b}")
    page.locator("#generate").click()
    expect(page.locator("#stage .problem")).to_contain_text("{{time of day}}")
    page.get_by_label("time of day").fill("the blue hour")
    on_screen(page.get_by_label("time of day"))
    page.locator("#generate").click()
    expect(page.locator("#stage .card")).to_have_count(1)
    assert last_prompt(site) == "a fox {a|b} in the blue hour"
    expect(box).to_have_value("a {{animal}} in {{time of day}}")
    box.fill("plain words")
    expect(page.locator("#variables .variables")).to_be_hidden()
    box.fill("one {{animal}}")
    expect(page.get_by_label("animal", exact=True)).to_have_value("fox {a|b}")


def test_a_variable_of_a_grid_alone_has_its_field_and_fills_every_cell(page: Page, site: Site) -> None:
    page.locator("#prompt textarea").fill("a fox")
    open_fold(page, "Grid")
    page.select_option("#grid-across select", "prompt")
    page.fill("#grid-across-values input, #grid-across-values textarea", "a gridded {{tree}} in {fog|rain}")
    page.keyboard.press("Tab")
    page.get_by_label("tree", exact=True).scroll_into_view_if_needed()
    on_screen(page.get_by_label("tree", exact=True))
    page.get_by_label("tree", exact=True).fill("oak")
    expect(page.locator("#grid-price")).to_contain_text("2 images")
    page.click("#grid-run")
    expect(page.locator("#stage .card")).to_have_count(2)
    expect(page.locator("#stage [role=status]").first).to_contain_text("2 of 2 images")
    with site.playground.store.engine.connect() as connection:
        drawn = connection.exec_driver_sql("SELECT prompt FROM runs WHERE prompt LIKE 'a gridded%'").scalars().all()
    assert set(drawn) == {"a gridded oak in fog", "a gridded oak in rain"}


def test_the_hint_about_weights_is_heard_once(page: Page) -> None:
    box, hint = page.locator("#prompt textarea"), page.locator("#left [data-once=weights]")
    box.fill(r"a \(red:1.3\) owl at (16:9)")
    box.press("Tab")
    expect(page.locator("#generate")).to_contain_text("·")
    expect(hint).to_have_count(0)
    box.fill("a (red:1.3) owl")
    box.press("Tab")
    on_screen(hint)
    hint.get_by_role("button").click()
    expect(hint).to_be_hidden()
    box.fill("a (blue:1.2) owl <hypernet:x:1>")
    box.press("Tab")
    expect(page.locator("#left")).to_contain_text("<hypernet:x:1> was left out")
    expect(hint).to_be_hidden()

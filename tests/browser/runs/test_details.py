"""Details on the page: pressed on a result, chosen on its sheet, started there; and as entries of the settings."""

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.browser.presses import press_until
from tests.browser.runs.test_result_link import draw
from tests.browser.seen import on_screen
from tests.serving import Site


def test_a_results_faces_are_drawn_again_by_its_press(page: Page) -> None:
    draw(page, "an old sailor")
    sheet = page.locator("#over-page")
    press_until(page.locator("#stage .card [data-act=detail]"), sheet.is_visible)
    for name in ("targets", "prompt", "strength", "confidence", "seed"):
        on_screen(sheet.locator(f"[data-field={name}]"))
    expect(sheet.get_by_label("Prompt")).to_have_value("an old sailor")
    sheet.locator("[data-field=targets]").select_option(label="Faces and hands")
    sheet.get_by_label("Strength").fill("0.45")
    on_screen(sheet.locator("[data-go]"))
    sheet.locator("[data-go]").click()
    expect(sheet).to_be_hidden()
    result = page.locator("#stage .card")
    press_until(result.locator("[data-act=code]"), page.locator("#inspector").is_visible)
    told = page.locator("#inspector")
    expect(told).to_contain_text('"target": "hand"')
    expect(told).to_contain_text('"strength": 0.45')
    expect(told).to_contain_text('"mode": "image_to_image"')


def test_details_are_entries_of_the_settings_sent_and_restored(page: Page, site: Site) -> None:
    open_fold(page, "Fine tuning")
    details = page.locator("#details")
    details.get_by_role("button", name="Add an entry").click()
    expect(details.get_by_label("Part")).to_have_value("face")  # the default stands there, no blank
    details.get_by_role("button", name="Add an entry").click()
    second = details.get_by_role("group", name="Detail 2")
    second.get_by_label("Part").select_option("hand")
    second.get_by_label("Mask blur").fill("12")
    second.get_by_label("Detail steps").fill("20")
    draw(page, "a lady with gloves")
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    asked = site.playground.store.run(run_id).request.details
    assert [each.model_dump(exclude_defaults=True) for each in asked] == [
        {},
        {"target": "hand", "mask_blur": 12, "steps": 20},
    ]
    details.get_by_role("button", name="Remove").first.click()
    expect(details.locator(".entry")).to_have_count(1)
    page.get_by_role("button", name="Use settings").first.click()
    expect(details.get_by_role("group", name="Detail 2").get_by_label("Mask blur")).to_have_value("12")

"""The accelerator options as controls."""

from playwright.sync_api import Page, expect

from tests.browser.folds import open_fold
from tests.serving import Site


def test_a_cache_shows_its_own_numbers_reaches_the_request_and_comes_back(page: Page, site: Site) -> None:
    open_fold(page, "LoRAs and acceleration")
    distance = page.locator("#tea_cache_distance input[type=number]")
    expect(distance).to_be_hidden()
    page.select_option("#cache select", label="TeaCache")
    expect(page.locator("#fb_cache_threshold")).to_be_hidden()
    distance.fill("0.3")
    page.fill("#cache_start_step input, #cache_start_step textarea", "2")
    page.fill("#prompt textarea", "a cached fox")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#stage .card")).to_have_count(1)
    with site.playground.store.engine.connect() as connection:
        run_id = connection.exec_driver_sql("SELECT id FROM runs ORDER BY created DESC LIMIT 1").scalar_one()
    chosen = site.playground.store.run(run_id).request.accelerator
    assert chosen.model_dump(exclude_defaults=True) == {
        "tea_cache": True,
        "tea_cache_distance": 0.3,
        "cache_start_step": 2,
    }
    page.reload()
    page.wait_for_selector("#generate")
    open_fold(page, "LoRAs and acceleration")
    page.get_by_role("button", name="Settings", exact=True).first.click()
    expect(distance).to_have_value("0.3")
    expect(page.locator("#cache_start_step input, #cache_start_step textarea")).to_have_value("2")

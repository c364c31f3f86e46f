"""What scripts get through `gradio_client`."""

import hashlib
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from backend.domain.requests import MODES, REQUEST_TYPES
from backend.restore.read import read_metadata
from backend.threads.stream import TICK_SECONDS
from tests.benchmarks.support.crowd import visitor_of
from tests.serving import Site

WORDS = "a red square"
OTHERS = {
    *("/estimate", "/backends", "/styles", "/read_metadata", "/control_map", "/generate", "/generate_image"),
    *("/enhance", "/describe"),
}


def generate(client: Client, **values: Any) -> tuple[list[str], dict[str, Any]]:
    images, run = client.predict(prompt=WORDS, **values, api_name="/text_to_image")
    return images, run


def test_a_prompt_alone_is_enough(client: Client) -> None:
    images, run = generate(client)
    assert len(images) == 1
    assert run["backend"] == "fake"
    assert run["mode"] == "text_to_image"
    assert run["request"]["steps"] == 8
    assert 0 <= run["seeds"][0] < 2**32


def test_variables_are_filled_and_wrong_names_are_refused_before_anything_runs(client: Client) -> None:
    words = "a {{animal}} in snow"
    _, run = client.predict(prompt=words, variables={"animal": "fox"}, api_name="/text_to_image")
    assert run["request"]["prompt"] == "a fox in snow"
    with pytest.raises(AppError, match=r"\{\{animal\}\}, which is not filled in"):
        client.predict(prompt=words, api_name="/text_to_image")
    with pytest.raises(AppError, match="'colour', which no prompt names"):
        client.predict(prompt=words, variables={"animal": "fox", "colour": "red"}, api_name="/text_to_image")


def test_the_answer_describes_the_run(client: Client) -> None:
    images, run = generate(client, seed=7, count=3, width=128, height=256)
    assert run["seeds"] == [7, 8, 9]
    assert [image["seed"] for image in run["images"]] == [7, 8, 9]
    assert {(image["width"], image["height"]) for image in run["images"]} == {(128, 256)}
    assert run["cost_kind"] == "free"
    assert run["cost_usd"] == 0
    assert run["seconds"] >= 0
    assert [hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in images] == [
        image["sha256"] for image in run["images"]
    ]


def test_a_result_goes_on_by_its_sha256_and_what_is_too_large_to_be_drawn_over_is_said(client: Client) -> None:
    _, run = generate(client, width=1024, height=512)
    _, larger = client.predict(image=run["images"][0]["sha256"], factor=4, api_name="/upscale")
    image = larger["images"][0]
    assert (image["width"], image["height"]) == (4096, 2048)
    assert larger["request"]["image"] == run["images"][0]["sha256"]
    assert "notes" not in larger
    _, over = client.predict(prompt=WORDS, image=image["sha256"], api_name="/image_to_image")
    assert over["notes"] == [
        "The picture is 4096×2048; at most 2048 a side are drawn over: send a copy of 2048×1024, and make the result "
        "larger by `upscale`."
    ]
    with pytest.raises(AppError, match="nor the sha256 of a result of yours"):
        client.predict(image="0" * 64, api_name="/upscale")


def test_a_downloaded_file_carries_its_request(client: Client) -> None:
    for image_format in ("png", "jpeg", "webp"):
        images, _ = generate(client, seed=11, output_format=image_format, count=2)
        own = read_metadata(Path(images[1]).read_bytes())
        assert own is not None
        assert own.recipe["prompt"] == WORDS
        assert own.recipe["seed"] == 12


def test_a_seed_beyond_what_browsers_count_to_keeps_its_digits(client: Client) -> None:
    _, run = generate(client, seed=str(2**53 + 1))
    assert run["seeds"] == [str(2**53 + 1)]
    assert run["request"]["seed"] == str(2**53 + 1)


def test_a_billed_cost_and_an_unknown_one_are_told_apart(client: Client) -> None:
    _, billed = generate(client, options={"provider": True, "cost_usd": 0.0013}, count=2)
    assert billed["cost_kind"] == "billed"
    assert billed["cost_usd"] == pytest.approx(0.0026)
    _, unknown = generate(client, options={"provider": True, "cost_usd": None, "tell_seed": False})
    assert unknown["cost_kind"] == "unknown"
    assert unknown["cost_usd"] is None
    assert unknown["seeds"] == [None]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"width": 1000, "height": 512}, "`width`: is 1000; it must be a multiple of 16, such as 992"),
        ({"prompt": "a"}, "`prompt`: has 1 character; it needs at least 2"),
        ({"prompt": "a" * 3001}, "`prompt`: has 3001 characters; the most is 3000"),
        ({"steps": 0}, "`steps`: is 0; the least is 1"),
        ({"seed": -5}, "`seed`: is -5; the least is -1"),
        ({"count": 21}, "`count`: is 21; the most is 20"),
        ({"width": 512}, "Give `width` and `height` together"),
        ({"backend": "nobody"}, "`backend`: is 'nobody'; choose one of auto, fake"),
        ({"options": {"colour": 1}}, "`options.colour`: is not a field"),
    ],
)
def test_a_bad_value_names_its_field_and_the_way_out(
    client: Client, site: Site, values: dict[str, Any], said: str
) -> None:
    before = recorded(site)
    with pytest.raises(AppError) as caught:
        client.predict(**{"prompt": WORDS, **values}, api_name="/text_to_image")
    assert said in str(caught.value)
    assert recorded(site) == before


def test_several_bad_values_are_all_named(client: Client) -> None:
    with pytest.raises(AppError) as caught:
        generate(client, steps=0, count=21)
    assert "`steps`" in str(caught.value)
    assert "`count`" in str(caught.value)


def test_a_failure_says_whether_it_was_billed(client: Client) -> None:
    with pytest.raises(AppError, match=r"no credit left.*Nothing was billed"):
        generate(client, options={"fail_after": 0, "failure": "no credit"})
    with pytest.raises(AppError, match="Whether this was billed isn't known"):
        generate(client, options={"fail_after": 0, "failure": "time-out", "provider": True})


def test_an_inner_fault_tells_a_visitor_nothing_of_itself(client: Client) -> None:
    with pytest.raises(AppError) as caught:
        generate(client, options={"fail_after": 0, "failure": "bug"})
    assert "secret" not in str(caught.value)


def test_images_made_before_a_failure_are_handed_over(client: Client) -> None:
    images, run = generate(client, count=3, options={"fail_after": 2})
    assert len(images) == 2
    assert run["status"] == "partial"
    assert "gave up" in run["error"]


def test_an_image_goes_in_as_a_file(client: Client, tmp_path: Path) -> None:
    Image.new("RGB", (128, 128), "red").save(tmp_path / "red.png")
    _, run = client.predict(
        prompt=WORDS, image=handle_file(str(tmp_path / "red.png")), strength=0.5, api_name="/image_to_image"
    )
    assert run["mode"] == "image_to_image"
    assert run["request"]["strength"] == 0.5


def test_a_path_of_the_servers_own_is_refused(client: Client, site: Site) -> None:
    own = site.playground.settings.data / "playground.db"
    for value in ({"path": str(own)}, {"path": str(own), "meta": {"_type": "gradio.FileData"}}):
        with pytest.raises((AppError, ValueError)):
            client.predict(prompt=WORDS, image=value, api_name="/image_to_image")


def test_an_estimate_costs_nothing_and_records_nothing(client: Client, site: Site) -> None:
    before = recorded(site)
    free = client.predict(prompt=WORDS, api_name="/estimate")
    assert free["free"] is True
    priced = client.predict(prompt=WORDS, count=2, options={"provider": True, "cost_usd": 0.5}, api_name="/estimate")
    assert priced["likely_usd"] == 1.0
    assert priced["high_usd"] == 3.0
    unknown = client.predict(prompt=WORDS, options={"provider": True, "cost_usd": None}, api_name="/estimate")
    assert unknown["likely_usd"] is None
    assert recorded(site) == before


def test_the_backends_tell_what_they_can_do(client: Client) -> None:
    (fake,) = client.predict(api_name="/backends")
    assert fake["name"] == "fake"
    assert fake["default"] is True
    assert fake["ready"] is True
    assert fake["modes"] == list(MODES)
    assert "seconds" in fake["options"]["properties"]


def test_every_field_of_every_mode_is_a_named_parameter_with_its_default(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for mode in MODES:
        parameters = {found["parameter_name"]: found for found in endpoints[f"/{mode}"]["parameters"]}
        fields = {name: info for name, info in REQUEST_TYPES[mode].model_fields.items() if name != "mode"}
        assert set(parameters) == {*fields, "backend", "styles", "variables"}
        required = {name for name, found in parameters.items() if not found["parameter_has_default"]}
        assert required == {name for name, info in fields.items() if info.is_required()}


def test_only_the_apis_own_endpoints_are_public(client: Client) -> None:
    endpoints = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    assert set(endpoints) == {*(f"/{mode}" for mode in MODES), *OTHERS}


def test_leaving_frees_the_backend(client: Client, site: Site) -> None:
    job = client.submit(prompt=WORDS, steps=50, options={"seconds": 50}, api_name="/text_to_image")
    wait_for(lambda: site.fake.running == 1)
    job.cancel()
    wait_for(lambda: site.fake.running == 0)


def test_two_visitors_get_their_own_images(site: Site) -> None:
    runs: dict[str, dict[str, Any]] = {}

    def visit(words: str) -> None:
        own = Client(site.address, verbose=False)
        runs[words] = own.predict(prompt=words, seed=5, options={"seconds": 0.5}, api_name="/text_to_image")[1]

    threads = [threading.Thread(target=visit, args=(words,)) for words in ("a red fox", "a blue whale")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {run["request"]["prompt"] for run in runs.values()} == set(runs)
    visitors = {site.playground.store.run(run["run_id"]).visitor for run in runs.values()}
    assert len(visitors) == 2


def recorded(site: Site) -> int:
    with site.playground.store.engine.connect() as connection:
        found: int = connection.exec_driver_sql("SELECT COUNT(*) FROM runs").scalar_one()
        return found


def wait_for(condition: Any) -> None:
    """Wait until something holds; the test's own time limit ends a vain wait."""
    while not condition():
        time.sleep(0.02)


def test_a_control_map_can_be_seen_and_used_as_it_is(client: Client, site: Site, tmp_path: Path) -> None:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "scene.png")
    seen = client.predict(handle_file(tmp_path / "scene.png"), preprocess="depth", api_name="/control_map")
    with Image.open(seen) as picture:
        assert picture.size == (96, 64)
    _, run = client.predict(WORDS, handle_file(seen), preprocess="none", api_name="/controlnet")
    used = site.playground.files.path(run["request"]["image"])
    assert used.read_bytes() == Path(seen).read_bytes()
    assert run["request"]["preprocess"] == "none"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"preprocess": "lines"}, "`preprocess`: is 'lines'; choose one of"),
        ({"options": {"depth_detector": "Zoe"}}, "`options.depth_detector`"),
        ({"backend": "nowhere"}, "nowhere"),
    ],
)
def test_a_wrong_value_of_a_control_map_is_named(client: Client, tmp_path: Path, values: Any, said: str) -> None:
    Image.new("RGB", (96, 64), "teal").save(tmp_path / "scene.png")
    with pytest.raises(AppError, match=said):
        client.predict(handle_file(tmp_path / "scene.png"), **values, api_name="/control_map")


def test_styles_are_laid_around_the_prompt_as_on_the_page(client: Client) -> None:
    style = client.predict(api_name="/styles")[0]
    _, run = generate(client, styles=[style["name"]])
    assert run["request"]["prompt"] != WORDS
    assert WORDS in run["request"]["prompt"]
    with pytest.raises(AppError, match="no style 'Nobody'"):
        generate(client, styles=["Nobody"])


def test_marks_and_pasted_settings_are_read_as_from_a_file(client: Client) -> None:
    _, run = client.predict(prompt="a (red:1.3) square <hypernet:x:1>", seed=7, api_name="/text_to_image")
    assert run["request"]["prompt"] == "a red square"
    assert [note[:7] for note in run["notes"]] == ["Weights", "<hypern"]
    infotext = "a blue (square:1.2)\nNegative prompt: blurry\nSteps: 3, CFG scale: 1, Seed: 7, Size: 256x128, Clip: 2"
    _, pasted = client.predict(prompt=infotext, steps=4, api_name="/text_to_image")
    request = pasted["request"]
    assert (request["prompt"], request["negative_prompt"], request["steps"]) == ("a blue square", "blurry", 4)
    assert (pasted["seeds"], pasted["images"][0]["width"], pasted["images"][0]["height"]) == ([7], 256, 128)
    assert any("Clip 2 was left out" in note for note in pasted["notes"])
    assert "notes" not in client.predict(prompt=WORDS, api_name="/text_to_image")[1]
    _, pasted = client.predict(prompt="a {{b}} {c|d}\nSteps: 3, CFG scale: 1, Seed: 7", api_name="/text_to_image")
    assert pasted["request"]["prompt"] == "a {{b}} {c|d}"


def test_choices_are_drawn_by_the_seed_and_image_i_equals_its_single(client: Client) -> None:
    prompt = "a {red|blue|green|yellow|pink|white} square"
    files, run = client.predict(prompt=prompt, seed=7, count=4, api_name="/text_to_image")
    assert run["seeds"] == [7, 8, 9, 10]
    assert len(run["runs"]) == len(files) == 4
    assert all("{" not in each["request"]["prompt"] for each in run["runs"])
    (single,), alone = client.predict(prompt=prompt, seed=9, api_name="/text_to_image")
    assert alone["request"]["prompt"] == run["runs"][2]["request"]["prompt"]
    assert Path(single).read_bytes() == Path(files[2]).read_bytes()
    with pytest.raises(AppError, match="__nowhere__"):
        client.predict(prompt="a __nowhere__", api_name="/text_to_image")


def test_a_run_of_many_steps_is_told_now_and_then_and_whole_at_its_end(site: Site) -> None:
    values = {"prompt": "a boat", "steps": 20, "options": {"seconds": 1.0}, "width": 128, "height": 128}
    with visitor_of(site.address) as script:
        began = time.monotonic()
        event = script.post("/gradio_api/call/v2/text_to_image", json=values).json()["event_id"]
        told = script.get(f"/gradio_api/call/text_to_image/{event}").text
        taken = time.monotonic() - began
    # The first word and the last come of their own.
    assert told.count("event: generating") <= taken / (TICK_SECONDS / 2) + 2
    assert told.count("event: complete") == 1
    assert '"status": "finished"' in told

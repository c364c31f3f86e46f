"""Every program for Runware is run against the simulator, and draws the run's pictures."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.adapters.provider.programs.curl_code import curl_code
from backend.adapters.provider.programs.python_code import python_code
from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.parts import Control
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.export.programs import DIFFUSERS, HERE, programs
from backend.generation.generate import draw_control
from backend.images.encoding import encode
from backend.record.exchange_log import load_exchanges
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.provider.programs.running import (
    EACH,
    LANGUAGES,
    PROMPT,
    assert_draws,
    lay_out_images,
    ordered,
    run_in,
    run_program,
)
from tests.backend.adapters.runware.conftest import Scene, scene
from tests.backend.adapters.runware.scene import INFER, PREPROCESS, runware_scene

__all__ = ["scene"]

ME = Caller("visitor-1")
PICTURE = encode(Image.linear_gradient("L").resize((128, 128)).convert("RGB"), "png")


def drawn(scene: Scene, **values: Any) -> Run:
    given = {"mode": "text_to_image", "prompt": PROMPT, "seed": 7, "width": 128, "height": 128} | values
    _, run = scene.draw(parse_request(given))
    assert run.error is None
    return run


def tasks(scene: Scene) -> list[Any]:
    return [arrival.body for arrival in scene.world.arrivals if arrival.operation == INFER]


@EACH
@pytest.mark.parametrize(
    "values",
    [
        {"count": 3},
        {"guidance": 3.0, "negative_prompt": 'rain `ls` $(ls) "it\'s"\nEOF', "seed": 2**53 + 1, "count": 2},
        {"seed": 2**62, "output_format": "webp", "loras": [{"model": "civitai:1@2", "weight": 0.5}]},
        {"output_format": "jpeg", "output_quality": 60, "count": 2, "options": {"delivery": "async"}},
        {"options": {"output_type": "base64Data"}},
        {"options": {"output_type": "dataURI"}, "accelerator": {"fb_cache": True}},
    ],
)
def test_each_program_draws_the_runs_pictures_by_new_ids(
    scene: Scene, tmp_path: Path, language: str, values: dict[str, Any]
) -> None:
    run = drawn(scene, **values)
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert_draws(done, scene.playground, run)
    ids = [task["taskUUID"] for task in tasks(scene)]
    assert len(set(ids)) == len(ids) == 2 * run.request.count


@EACH
@pytest.mark.parametrize(
    "values",
    [
        {"mode": "image_to_image", "strength": 0.5},
        {"mode": "controlnet", "preprocess": "canny"},
        {"mode": "controlnet", "preprocess": "none", "count": 2},
    ],
)
def test_images_are_read_from_the_files_that_the_program_names(
    scene: Scene, tmp_path: Path, language: str, values: dict[str, Any]
) -> None:
    image = scene.playground.files.put(PICTURE, "png")
    run = drawn(scene, image=image, **values)
    lay_out_images(tmp_path, tasks(scene))
    orders = ordered(scene.playground, run)
    assert any(note.startswith("image-1.png: ") for note in orders.notes)
    assert_draws(run_program(language, orders, tmp_path, KEY), scene.playground, run)


@EACH
def test_one_image_that_fails_is_told_and_the_others_are_saved(scene: Scene, tmp_path: Path, language: str) -> None:
    run = drawn(scene, count=3)
    scene.world.faults.add(Fault(kind="partial", operation=INFER))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (1, 2)
    assert "providerError" in done.said or "inferenceError" in done.said or "Error" in done.said


@EACH
def test_an_answer_that_is_lost_is_told_and_nothing_is_ordered_again(
    scene: Scene, tmp_path: Path, language: str
) -> None:
    run = drawn(scene)
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, done.pictures()) == (1, [])
    assert "The order may stand and be billed" in done.said
    assert scene.world.count(INFER) == 2


@EACH
def test_a_question_that_gets_no_answer_is_asked_again(scene: Scene, tmp_path: Path, language: str) -> None:
    run = drawn(scene, count=2, options={"delivery": "async"})
    for fault in ({"kind": "drop"}, {"kind": "status", "status": 429}, {"kind": "garbage"}):
        scene.world.faults.add(Fault(operation="runware.getResponse", **fault))
    before = scene.world.count(INFER)
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert_draws(done, scene.playground, run)
    assert scene.world.count(INFER) == before + 2


@EACH
@pytest.mark.parametrize("delivery", ["sync", "async"])
def test_a_refused_key_is_told_at_once(scene: Scene, tmp_path: Path, language: str, delivery: str) -> None:
    orders = ordered(scene.playground, drawn(scene, options={"delivery": delivery}))
    done = run_program(language, orders, tmp_path, "another-key")
    assert (done.code, done.pictures()) == (1, [])
    assert "invalidApiKey" in done.said


@EACH
@pytest.mark.parametrize("fault", [{"kind": "html_image"}, {"kind": "status", "status": 404}])
def test_a_file_that_cannot_be_fetched_is_told_by_its_address_and_the_others_are_saved(
    scene: Scene, tmp_path: Path, language: str, fault: dict[str, Any]
) -> None:
    run = drawn(scene, count=2)
    scene.world.faults.add(Fault(operation="media", **fault))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (1, 1)
    assert f"picture-1.png lies at {scene.address}" in done.said


@pytest.mark.system
def test_a_script_orders_nothing_without_its_tools_or_its_key(scene: Scene, tmp_path: Path) -> None:
    orders = ordered(scene.playground, drawn(scene))
    before = scene.world.count(INFER)
    for tool in ("bash", "curl", "base64", "mktemp", "rm", "cat", "tr", "sleep"):
        found = shutil.which(tool)
        assert found
        (tmp_path / tool).symlink_to(found)
    (tmp_path / "again.sh").write_text(curl_code(orders), encoding="utf-8")
    without_jq = run_in(tmp_path, ("bash", "again.sh"), {"PATH": str(tmp_path), orders.variable: KEY})
    assert (without_jq.code, "jq is needed" in without_jq.said) == (1, True)
    without_key = run_in(tmp_path, ("bash", "again.sh"), {})
    assert without_key.code != 0
    assert "holds no key" in without_key.said
    assert scene.world.count(INFER) == before


@pytest.mark.parametrize(("mode", "more"), [("inpaint", {}), ("outpaint", {"left": 16})])
def test_what_the_playground_puts_together_itself_is_said(
    scene: Scene, tmp_path: Path, mode: str, more: dict[str, Any]
) -> None:
    files, half = scene.playground.files, Image.new("L", (128, 128))
    half.paste(255, (0, 0, 64, 128))
    mask = {"mask": files.put(encode(half.convert("RGB"), "png"), "png")} if mode == "inpaint" else {}
    values = {"mode": mode, "prompt": PROMPT, "seed": 7, "image": files.put(PICTURE, "png"), **mask, **more}
    _, run = scene.draw(parse_request(values))
    lay_out_images(tmp_path, tasks(scene))
    orders = ordered(scene.playground, run)
    for language in LANGUAGES.values():
        program = language.write(orders)
        assert "puts what was to be kept back into it" in program
        assert "image-1.png: the image" in program
    done = run_program("python", orders, tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (0, 1), done.said


def test_call_outs_are_left_out_and_that_is_said(tmp_path: Path) -> None:
    with runware_scene(tmp_path, PLAYGROUND_ALLOW_CALLBACKS=True) as scene:
        run = drawn(scene, options={"webhook_url": "https://hooks.example/done?token=secret"})
        orders = ordered(scene.playground, run)
        for language in LANGUAGES.values():
            program = language.write(orders)
            assert "hooks.example" not in program
            assert "call-outs are left out" in program


def test_a_control_picture_that_was_bought_is_named_and_the_images_are_what_is_ordered(scene: Scene) -> None:
    image = scene.playground.files.put(PICTURE, "png")
    run = drawn(scene, mode="controlnet", preprocess="depth", image=image)
    orders = ordered(scene.playground, run)
    assert [task["taskType"] for task in orders.tasks] == ["imageInference"]
    assert "Named, since it lies in the account for a while: the depth map of the image" in python_code(orders)


@EACH
def test_a_control_picture_alone_is_bought_again(scene: Scene, tmp_path: Path, language: str) -> None:
    image = scene.playground.files.put(PICTURE, "png")
    *_, last = draw_control(scene.playground, ME, "runware", Control(image=image, preprocess="depth"))
    assert isinstance(last, Finished)
    run, exchanges = last.run, load_exchanges(scene.playground.store.engine, last.run.id)
    (bought,) = [arrival.body for arrival in scene.world.arrivals if arrival.operation == PREPROCESS]
    lay_out_images(tmp_path, bought)
    orders = ordered(scene.playground, run)
    assert "This makes the control picture that was bought." in orders.notes
    assert_draws(run_program(language, orders, tmp_path, KEY), scene.playground, run)
    found = dict(programs(run, run.images[0], exchanges, backend=scene.runware, address="http://127.0.0.1:7860"))
    assert DIFFUSERS not in found
    assert 'preprocess="depth", backend="runware", buy=True, api_name="/control_map"' in found[HERE]
    compile(found[HERE], "again.py", "exec")


def test_the_ids_of_a_script_are_drawn_anew_each_time_it_is_written(scene: Scene) -> None:
    orders = ordered(scene.playground, drawn(scene, count=2))
    assert curl_code(orders) != curl_code(orders)

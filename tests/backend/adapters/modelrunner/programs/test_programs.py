"""Every program for ModelRunner is run against the simulator: it orders once, waits to the end, and saves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import KEY, Scene, modelrunner_scene
from tests.backend.adapters.provider.programs.running import EACH, LANGUAGES, PROMPT, assert_draws, ordered, run_program

SUBMIT, STATUS, RESULT = "modelrunner.submit", "modelrunner.status", "modelrunner.result"
PICTURE = encode(Image.linear_gradient("L").resize((128, 128)).convert("RGB"), "png")


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with modelrunner_scene(tmp_path) as scene:
        yield scene


def drawn(scene: Scene, **values: Any) -> Run:
    image = scene.playground.files.put(PICTURE, "png")
    request = parse_request({"mode": "controlnet", "prompt": PROMPT, "image": image, "seed": 7} | values)
    *_, last = generate(scene.playground, Caller("visitor-1"), "modelrunner", request)
    assert isinstance(last, Finished), last
    return last.run


@EACH
@pytest.mark.parametrize(
    "values",
    [
        {"count": 3},
        {"seed": 2**53 - 2, "count": 2, "output_format": "jpeg", "preprocess": "none"},
        {"count": 2, "options": {"one_request": True, "expires_after": 600}},
    ],
)
def test_each_program_orders_once_and_draws_the_runs_pictures(
    scene: Scene, tmp_path: Path, language: str, values: dict[str, Any]
) -> None:
    run = drawn(scene, **values)
    before = scene.world.count(SUBMIT)
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert_draws(done, scene.playground, run)
    assert scene.world.count(SUBMIT) == 2 * before


@EACH
@pytest.mark.parametrize("shape", ["shape_url", "shape_files", "shape_images", "shape_bare"])
def test_the_pictures_are_found_in_every_shape_of_the_output(
    scene: Scene, tmp_path: Path, language: str, shape: str
) -> None:
    run = drawn(scene)
    scene.world.faults.add(Fault(kind=shape, operation=SUBMIT))
    assert_draws(run_program(language, ordered(scene.playground, run), tmp_path, KEY), scene.playground, run)


@EACH
def test_a_question_is_asked_again_and_an_order_is_not(scene: Scene, tmp_path: Path, language: str) -> None:
    run = drawn(scene)
    scene.world.faults.add(Fault(kind="status", status=503, operation=STATUS))
    scene.world.faults.add(Fault(kind="status", status=429, operation=RESULT))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert_draws(done, scene.playground, run)
    assert scene.world.count(SUBMIT) == 2


@EACH
@pytest.mark.parametrize(
    ("kind", "said"), [("fail", "The upstream model returned no output"), ("give_up", "gave this request up")]
)
def test_an_order_that_failed_is_told_and_the_others_are_saved(
    scene: Scene, tmp_path: Path, language: str, kind: str, said: str
) -> None:
    run = drawn(scene, count=2)
    scene.world.faults.add(Fault(kind=kind, operation=SUBMIT))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (1, 1)
    assert said in done.said


@EACH
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "drop_after"}, "The order may stand and be billed; it isn't sent again."),
        ({"kind": "status", "status": 402}, "Nothing was ordered."),
        ({"kind": "status", "status": 503}, "The order may stand and be billed; it isn't sent again."),
    ],
)
def test_an_order_is_never_sent_twice_and_what_was_ordered_before_is_saved(
    scene: Scene, tmp_path: Path, language: str, fault: dict[str, Any], said: str
) -> None:
    run = drawn(scene, count=3)
    orders = ordered(scene.playground, run)
    before = scene.world.count(SUBMIT)
    scene.world.faults.add(Fault(kind="slow", operation=SUBMIT))
    scene.world.faults.add(Fault(operation=SUBMIT, **fault))
    done = run_program(language, orders, tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (1, 1)
    assert said in done.said
    assert scene.world.count(SUBMIT) - before <= 2


@EACH
@pytest.mark.parametrize("fault", [{"kind": "html_image"}, {"kind": "status", "status": 404}])
def test_a_file_that_cannot_be_fetched_is_told_by_its_address_and_the_others_are_saved(
    scene: Scene, tmp_path: Path, language: str, fault: dict[str, Any]
) -> None:
    run = drawn(scene, count=2)
    scene.world.faults.add(Fault(operation="media", **fault))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, len(done.pictures())) == (1, 1)
    assert f"picture-1.png lies at {scene.address}/media/" in done.said


@EACH
def test_an_answer_that_is_no_json_is_told(scene: Scene, tmp_path: Path, language: str) -> None:
    run = drawn(scene, count=2)
    before = scene.world.count(SUBMIT)
    scene.world.faults.add(Fault(kind="garbage", operation=SUBMIT))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, done.pictures()) == (1, [])
    assert "No whole answer came" in done.said
    assert scene.world.count(SUBMIT) - before <= 1


@EACH
def test_the_key_goes_to_no_other_address(scene: Scene, tmp_path: Path, language: str) -> None:
    run = drawn(scene)
    scene.world.faults.add(Fault(kind="off_host", operation=SUBMIT))
    done = run_program(language, ordered(scene.playground, run), tmp_path, KEY)
    assert (done.code, done.pictures()) == (1, [])
    assert "the key doesn't go there" in done.said


def test_what_belongs_to_the_first_run_alone_stays_out(scene: Scene) -> None:
    orders = ordered(scene.playground, drawn(scene, options={"expires_after": 600}, prompt_expansion=True))
    for language in LANGUAGES.values():
        program = language.write(orders)
        assert "metadata" not in program
        assert "expiration_duration_seconds" in program
        assert "image_url is where the run put the control image" in program
        assert "The prompt is expanded anew" in program

import subprocess
import sys
import threading
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.zerogpu import LEAST_SECONDS
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Unsupported
from backend.domain.events import Failed, Finished, Generated, Progress
from backend.domain.parts import Accelerator, Control
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint, Request
from backend.generation.generate import generate
from backend.playground import Playground
from backend.settings import Settings
from backend.threads.background import Loading
from tests.backend.adapters.local.conftest import CPU, PROMPT, Draw, asked, finished
from tests.backend.adapters.local.pictures import distance
from tests.backend.adapters.local.spaces_stand_in import SpacesGpu


def test_what_the_page_asks_before_a_run_imports_no_torch() -> None:
    script = """
import sys
from backend.domain.caller import Caller
from backend.adapters.local import build
from backend.domain.parts import Control
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint, TextToImage
from backend.settings import Settings
local, caller = build(Settings(_env_file=None), None), Caller(visitor="v")
local.state(caller), local.capabilities, local.actions(), local.missing(caller)
local.estimate(TextToImage(prompt="a star"), caller)
heavy = {"torch", "diffusers", "transformers", "accelerate", "controlnet_aux", "gradio"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[4])


def test_every_image_of_a_batch_is_that_of_its_seed(house: Playground, caller: Caller, draw: Draw) -> None:
    run = finished(generate(house, caller, "local", asked(count=3))).run
    assert [image.seed for image in run.images] == [7, 8, 9]
    assert run.cost_kind == "free"
    assert run.cost_usd == 0
    for image in run.images:
        with Image.open(house.files.path(image.sha256)) as picture:
            assert distance(picture.convert("RGB"), draw(seed=image.seed)) == 0


def test_progress_comes_with_previews_for_each_image(house: Playground, caller: Caller) -> None:
    events = list(generate(house, caller, "local", asked(count=2)))
    steps = [event for event in events if isinstance(event, Progress) and event.step]
    assert [(event.index, event.step) for event in steps] == [(i, step) for i in (0, 1) for step in (1, 2, 3, 4)]
    assert all(event.preview for event in steps if event.step < 4)


def test_without_a_size_the_models_own_is_taken(house: Playground, local: LocalBackend, caller: Caller) -> None:
    image = finished(generate(house, caller, "local", asked(width=None, height=None))).run.images[0]
    size = local.capabilities.default_size
    assert (image.width, image.height) == (size.width, size.height)


def test_every_mode_comes_through_the_door_and_each_image_is_that_of_its_seed(
    house: Playground, caller: Caller, shown: dict[str, str]
) -> None:
    common = {"prompt": PROMPT, "steps": 2, "seed": 7}
    image, mask = shown["image"], shown["mask"]
    requests = (
        ImageToImage(image=image, strength=0.6, **common),
        Inpaint(image=image, mask=mask, mask_margin=32, **common),
        Outpaint(image=image, right=50, **common),
        ControlNet(image=image, controls=(Control(image=image, preprocess="none"),), **common),
    )
    for request in requests:
        both = finished(generate(house, caller, "local", request.model_copy(update={"count": 2}))).run
        alone = finished(generate(house, caller, "local", request.model_copy(update={"seed": 8}))).run
        width = 150 + (50 if request.mode == "outpaint" else 0)
        assert {(made.width, made.height) for made in both.images} == {(width, 130)}
        assert distance(*(Image.open(house.files.path(made.sha256)) for made in (both.images[1], alone.images[0]))) == 0


def test_the_control_picture_can_be_seen_beforehand(local: LocalBackend, caller: Caller, shown: dict[str, str]) -> None:
    picture = local.control_picture(Control(image=shown["image"]), caller)
    assert picture.size == (150, 130)
    assert picture.getextrema()[0] == (0, 255)


def test_two_visitors_at_once_each_get_their_own(house: Playground, draw: Draw) -> None:
    got: dict[int, Finished] = {}

    def visit(seed: int) -> None:
        got[seed] = finished(generate(house, Caller(visitor=f"v{seed}"), "local", asked(seed=seed, count=2)))

    threads = [threading.Thread(target=visit, args=(seed,)) for seed in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for seed, last in got.items():
        assert last.run.visitor == f"v{seed}"
        assert [image.seed for image in last.run.images] == [seed, seed + 1]
        with Image.open(house.files.path(last.run.images[0].sha256)) as picture:
            assert distance(picture.convert("RGB"), draw(seed=seed)) == 0


def test_a_visitor_who_leaves_frees_the_device_within_a_step(
    house: Playground, local: LocalBackend, caller: Caller
) -> None:
    events = generate(house, caller, "local", asked(steps=50, count=20, width=256, height=256))
    for event in events:
        if isinstance(event, Progress) and event.step == 2:
            break
    events.close()
    run = finished(generate(house, Caller(visitor="next"), "local", asked())).run
    assert run.images
    assert len(local.workshop.device_queue) == 0


def test_a_broken_drawing_fails_cleanly_and_the_next_one_works(
    house: Playground, engine: Engine, caller: Caller
) -> None:
    tokenizer = engine.pipe.tokenizer
    engine.pipe.tokenizer = None
    try:
        *_, last = generate(house, caller, "local", asked(prompt="never read before"))
    finally:
        engine.pipe.tokenizer = tokenizer
    assert isinstance(last, Failed)
    assert "log says why" in str(last.error)
    assert finished(generate(house, caller, "local", asked())).run.images


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"width": 1024, "height": 128}, "width"),
        ({"scheduler": "DPMSolverMultistepInverse"}, "scheduler"),
        ({"prompt_expansion": True}, "prompt_expansion"),
        ({"options": {"weights": "nf4"}}, "options.weights"),
        ({"options": {"offload": "sequential"}}, "options.offload"),
        ({"accelerator": Accelerator(fb_cache_threshold=0.5)}, "accelerator.fb_cache_threshold"),
        ({"accelerator": Accelerator(tea_cache=True), "acceleration": "high"}, "acceleration"),
    ],
)
def test_what_it_cannot_do_is_refused_by_name(house: Playground, caller: Caller, values: object, field: str) -> None:
    with pytest.raises(Unsupported, match=f"`{field}`"):
        next(generate(house, caller, "local", asked(**values)))


def test_a_gpu_with_a_price_bills_its_time_as_an_estimate(
    playground: Playground, engine: Engine, caller: Caller, shown: dict[str, str]
) -> None:
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_GPU_USD_PER_HOUR="36000")
    local = LocalBackend(settings, playground.files, CPU)
    local.models.loaded.loading = Loading(lambda _: engine)
    assert local.estimate(asked(), caller).likely is None
    made = Heard()
    local.run(asked(), caller, made)
    image = next(event for event in made.told if isinstance(event, Generated))
    assert image.cost_usd == Decimal(10) * Decimal(str(image.details["seconds"]))
    likely = local.estimate(asked(), caller).likely
    assert likely
    assert abs(likely - image.cost_usd) < Decimal(1)
    three, saving = local.estimate(asked(count=3), caller), local.estimate(asked(acceleration="high"), caller)
    assert three.likely
    assert abs(three.likely - 3 * likely) < Decimal("0.1")
    assert saving.low == likely / 2
    # The embedded model draws this at 128², too, and enlarges it.
    assert local.estimate(asked(width=256, height=256), caller).likely == likely
    assert local.estimate(asked(guidance=3.0), caller).likely is None
    untouched = ImageToImage(prompt=PROMPT, image=shown["image"], strength=0)
    assert local.estimate(untouched, caller).likely == 0


def test_strangers_are_offered_no_choice_that_makes_others_wait(
    playground: Playground, local: LocalBackend, caller: Caller
) -> None:
    shared = LocalBackend(Settings(_env_file=None, GRADIO_SHARE=True), playground.files, CPU)
    assert set(local.capabilities.options.model_fields) > {"weights", "offload", "attention", "compile"}
    assert set(shared.capabilities.options.model_fields) == {"depth_detector", "pose_detector"}
    with pytest.raises(InvalidRequest, match="weights"):
        shared.capabilities.check(asked(options={"weights": "fp8"}))


def test_on_zerogpu_a_run_draws_in_the_fork_with_the_model_loaded_before(
    playground: Playground, engine: Engine, caller: Caller, draw: Draw
) -> None:
    gpu = SpacesGpu()
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny", SPACE_ID="somebody/space")
    local = LocalBackend(settings, playground.files, gpu=gpu)
    assert local.accelerated
    local.models.loaded.loading = Loading(lambda _: engine)
    made = Heard()
    local.run(asked(), caller, made)
    (image,) = (event.image for event in made.told if isinstance(event, Generated))
    assert distance(image, draw()) <= 1
    assert gpu.asked == [LEAST_SECONDS]


def test_an_image_says_how_many_steps_a_cache_computed_and_reused_in_all_of_its_drawings(
    house: Playground, caller: Caller, shown: dict[str, str]
) -> None:
    cache = Accelerator(tea_cache=True, tea_cache_distance=1.0)
    cached = {"accelerator": cache, "steps": 8, "prompt": PROMPT, "seed": 7}

    def details(request: Request) -> Mapping[str, Any]:
        return finished(generate(house, caller, "local", request)).run.images[0].details

    one = details(asked(**cached))
    assert one["reused_steps"] > 0
    assert one["computed_steps"] + one["reused_steps"] == 8
    passes = details(Outpaint(image=shown["image"], right=400, **cached))
    assert passes["reused_steps"] > 0
    total = passes["computed_steps"] + passes["reused_steps"]
    assert total > 8
    assert total % 8 == 0
    idle = details(asked(accelerator=Accelerator(tea_cache=True, tea_cache_distance=0.0), steps=4))
    assert (idle["computed_steps"], idle["reused_steps"]) == (4, 0)
    assert set(details(asked())) == {"seconds", "model", "profile"}

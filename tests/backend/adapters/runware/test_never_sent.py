"""What Runware would refuse never leaves the house."""

import math
from decimal import Decimal

import pytest
from PIL import Image

from backend.adapters.job import Heard
from backend.adapters.runware import build
from backend.adapters.runware.abilities import OTHER_MODELS
from backend.adapters.runware.backend import RunwareBackend
from backend.adapters.runware.prices import Prices
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotReady, Unsupported
from backend.domain.parts import Accelerator, Control, Lora
from backend.domain.requests import ControlNet, Inpaint, Outpaint, TextToImage
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.simulator.runware.prices import published
from tests.backend.adapters.runware.scene import Scene

GREY = encode(Image.new("RGB", (128, 128), "grey"), "png")


def refused(scene: Scene, **values: object) -> str:
    """Return what the door says to a request, having checked that nothing was sent, recorded or billed."""
    request = TextToImage.model_validate({"prompt": "a fox", "seed": 1, "width": 128, "height": 128, **values})
    with pytest.raises(InvalidRequest) as caught:
        next(generate(scene.playground, Caller(visitor="visitor-1"), "runware", request))
    assert scene.world.arrivals == []
    assert scene.playground.store.runs("visitor-1") == []
    return str(caught.value)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"guidance": 1.234}, "guidance"),
        ({"shift": 4}, "shift"),
        ({"acceleration": "high"}, "acceleration"),
        ({"prompt_expansion": True}, "prompt_expansion"),
        ({"loras": [Lora(model="/etc/passwd")]}, "loras.0.model"),
        ({"loras": [Lora(model="someone/lora")]}, "loras.0.model"),
        ({"loras": [Lora(model="civitai:1@2", weight=0.123)]}, "loras.0.weight"),
        ({"accelerator": Accelerator(fb_cache_threshold=0.5)}, "accelerator.fb_cache_threshold"),
        ({"accelerator": Accelerator(tea_cache=True, tea_cache_distance=0.123)}, "accelerator.tea_cache_distance"),
        ({"accelerator": Accelerator(db_cache=True, cache_start_step=8)}, "accelerator.cache_start_step"),
        ({"options": {"ttl": 59}}, "options.ttl"),
        ({"options": {"ttl": 60, "output_type": "base64Data"}}, "ttl"),
        ({"options": {"delivery": "carrier pigeon"}}, "options.delivery"),
        ({"options": {"webhook_url": "https://hook.test/"}}, "options.webhook_url"),
        ({"options": {"upload_endpoint": "https://put.test/"}}, "options.upload_endpoint"),
        ({"options": {"loras": [{"transformer": "low"}]}}, "options.loras"),
        ({"options": {"controls": [{"control_mode": "prompt"}]}}, "options.controls"),
        ({"options": {"ultralytics": {"strength": 2}}}, "options.ultralytics.strength"),
    ],
)
def test_a_value_that_runware_refuses_is_refused_here(scene: Scene, values: dict[str, object], field: str) -> None:
    assert f"`{field}`" in refused(scene, **values)


@pytest.mark.parametrize(
    ("control", "own", "said"),
    [
        ({"start": 0.123}, {}, "whole ones"),
        ({"scale": 0.5001}, {}, "steps of 0.01"),
        ({}, {"start_step": 3}, "give both, or neither"),
        ({}, {"start_step": 3, "end_step": 9}, "by step 8"),
        ({}, {"start_step": 5, "end_step": 5}, "end after it starts"),
    ],
)
def test_a_controls_window_has_to_hold_together(
    scene: Scene, control: dict[str, float], own: dict[str, int], said: str
) -> None:
    image = scene.playground.files.put(GREY, "png")
    assert said in refused(scene, controls=[Control(image=image, **control)], options={"controls": [own]})


def test_a_control_is_named_as_the_request_has_it(scene: Scene) -> None:
    image = scene.playground.files.put(GREY, "png")
    own = ControlNet(prompt="a fox", image=image, control_start=0.123, seed=1)
    further = ControlNet(prompt="a fox", image=image, controls=[Control(image=image, scale=0.5001)], seed=1)
    for request, field in ((own, "`control`"), (further, "`controls.0`")):
        with pytest.raises(Unsupported, match=field):
            scene.draw(request)


@pytest.mark.parametrize(("name", "value"), [("cfg_scale", 7.25), ("confidence", 0.905), ("strength", 0.333)])
def test_face_refinement_goes_in_the_pages_own_steps(scene: Scene, name: str, value: float) -> None:
    assert f"options.ultralytics.{name}" in refused(scene, options={"ultralytics": {name: value}})


def test_at_most_four_controls_are_taken(scene: Scene) -> None:
    image = scene.playground.files.put(GREY, "png")
    assert "takes 4" in refused(scene, controls=[Control(image=image)] * 5)


def test_a_result_larger_than_runware_draws_is_refused_with_the_factor(scene: Scene) -> None:
    image = scene.playground.files.put(encode(Image.new("RGB", (2000, 1000)), "png"), "png")
    with pytest.raises(Unsupported, match=r"2064×1000.*scale it to 99%"):
        scene.draw(Outpaint(prompt="a fox", image=image, left=64, seed=1))
    assert scene.world.arrivals == []


def test_a_mask_that_marks_nothing_is_refused_before_anything_is_sent(scene: Scene) -> None:
    image = scene.playground.files.put(GREY, "png")
    mask = scene.playground.files.put(encode(Image.new("RGB", (128, 128)), "png"), "png")
    _, run = scene.draw(Inpaint(prompt="a fox", image=image, mask=mask, seed=1))
    assert run.error is not None
    assert "marks nothing" in run.error
    assert (run.billed, run.cost_usd, scene.world.arrivals) == ("no", Decimal(0), [])


def test_callouts_are_options_only_where_the_settings_allow_them(settings: Settings, tmp_path: object) -> None:
    allowed = settings.model_copy(update={"allow_callbacks": True})
    files = ImageFiles(settings.data / "images")
    with_callouts, without = (built(one, files) for one in (allowed, settings))
    assert "webhook_url" in with_callouts.capabilities.options.model_fields
    assert "webhook_url" not in without.capabilities.options.model_fields


def test_without_a_key_it_says_which_and_where(settings: Settings) -> None:
    backend = built(settings, ImageFiles(settings.data / "images"))
    missing = backend.missing(Caller(visitor="v"))
    assert missing is not None
    assert "`RUNWARE_API_KEY`" in missing
    assert "Space" in missing
    assert not backend.state(Caller(visitor="v")).ready
    with pytest.raises(NotReady):
        backend.run(TextToImage(prompt="a fox", seed=1), Caller(visitor="v"), Heard())


@pytest.mark.parametrize(
    ("width", "height", "steps", "price"),
    [
        (512, 512, 9, "0.0013"),
        (1024, 1024, 9, "0.0032"),
        (2048, 2048, 9, "0.0141"),
        (1024, 768, 4, "0.0013"),
        (1344, 768, 4, "0.0013"),
    ],
)
def test_the_formula_gives_every_published_price(width: int, height: int, steps: int, price: str) -> None:
    prices = Prices()
    assert prices.usd(prices.units((width, height), steps)) == Decimal(price)
    # The simulator knows the page by itself.
    assert published({"taskType": "imageInference", "width": width, "height": height, "steps": steps}) == Decimal(price)


def test_an_estimate_says_its_range_and_its_date() -> None:
    prices = Prices()
    request = TextToImage(prompt="a fox", width=1024, height=1024, count=4, seed=1)
    estimate = prices.estimate(request, (1024, 1024))
    assert estimate.likely == 4 * Decimal("0.0026")
    assert estimate.low is not None
    assert estimate.high is not None
    assert estimate.low < estimate.likely < estimate.high == estimate.most
    assert "2026-11-21" in estimate.note


@pytest.mark.parametrize(
    "values",
    [
        {"details": [{"steps": 20}]},
        {"options": {"ultralytics": {"steps": 20}}},
        # A run of another time, whose webhook isn't taken any more.
        {"options": {"ultralytics": {"steps": 20}, "webhook_url": "https://hook.test/"}},
    ],
)
def test_refined_faces_may_cost_a_drawing_more_however_they_are_asked_for(
    scene: Scene, values: dict[str, object]
) -> None:
    plain = TextToImage(prompt="a fox", width=1024, height=1024, seed=1)
    refined = TextToImage.model_validate({**plain.model_dump(), **values})
    me, prices = Caller(visitor="visitor-1"), scene.runware.prices
    without, found = (scene.runware.estimate(each, me) for each in (plain, refined))
    assert (found.likely, found.low) == (without.likely, without.low)
    units = prices.units((1024, 1024), plain.steps) + prices.units((1024, 1024), 20)
    assert found.most == prices.usd(math.ceil(units * prices.table.high_factor))
    assert scene.runware.remarks(plain) == ()
    assert scene.runware.remarks(refined) == (OTHER_MODELS,)


def built(settings: Settings, files: ImageFiles) -> RunwareBackend:
    backend = build(settings, files)
    backend.close()
    return backend

"""Runs on Runware, all the way through the door and a socket to the simulator."""

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from backend.adapters.job import Heard, Noted
from backend.domain.caller import Caller
from backend.domain.parts import Accelerator, Control, Lora
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint, TextToImage
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import Scene

Keep = Callable[[Image.Image], str]


@pytest.fixture
def keep(scene: Scene) -> Keep:
    """Return what puts an image into the playground's data folder."""
    return lambda image: scene.playground.files.put(encode(image, "png"), "png")


def noise(width: int, height: int, seed: int = 1) -> Image.Image:
    """Return an image of random pixels."""
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(pixels)


def sent(scene: Scene, kind: str = "imageInference") -> list[dict[str, object]]:
    """Return the tasks of a kind that arrived."""
    return [arrival.body for arrival in scene.world.arrivals if arrival.operation == f"runware.{kind}"]


def test_words_become_an_image_with_its_seed_and_its_bill(scene: Scene) -> None:
    (image,), run = scene.draw(TextToImage(prompt="a red fox", width=256, height=384, seed=7))
    assert run.status == "finished"
    assert (image.seed, image.cost_usd, run.cost_usd, run.cost_kind) == (
        7,
        Decimal("0.0006"),
        Decimal("0.0006"),
        "billed",
    )
    assert image.record is not None
    assert (image.record.width, image.record.height, image.record.format) == (256, 384, "png")
    assert run.estimate_usd == Decimal("0.0006")
    assert scene.world.account.bills == [Decimal("0.0006")]


def test_each_image_of_a_batch_is_the_single_image_of_its_seed(scene: Scene) -> None:
    batch, run = scene.draw(TextToImage(prompt="a fox", width=128, height=128, seed=40, count=3))
    (single,), _ = scene.draw(TextToImage(prompt="a fox", width=128, height=128, seed=42))
    assert [image.seed for image in batch] == [40, 41, 42]
    assert batch[2].image == single.image
    assert run.cost_usd == 3 * Decimal("0.0006")
    assert len({task["taskUUID"] for task in sent(scene)[:3]}) == 3


def test_the_ids_are_on_disk_before_anything_is_sent(scene: Scene) -> None:
    heard = Heard()
    request = TextToImage(prompt="a fox", width=128, height=128, seed=1, count=2)
    scene.runware.run(request, Caller(visitor="visitor-1"), heard)
    submitted = next(each for each in heard.told if isinstance(each, Noted))
    assert submitted.provider_ids["tasks"] == [task["taskUUID"] for task in sent(scene)]
    assert "found" not in submitted.provider_ids


@pytest.mark.parametrize("output", ["URL", "base64Data", "dataURI"])
@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_images_arrive_in_every_format_and_every_way(scene: Scene, output: str, image_format: str) -> None:
    request = TextToImage(
        prompt="a fox", width=128, height=128, seed=1, output_format=image_format, options={"output_type": output}
    )
    (image,), _ = scene.draw(request)
    assert image.record is not None
    assert image.record.format == image_format


def test_an_asynchronous_run_is_asked_for_until_every_image_is_there(scene: Scene) -> None:
    request = TextToImage(prompt="a fox", width=128, height=128, seed=1, count=3, options={"delivery": "async"})
    images, run = scene.draw(request)
    assert sorted(image.index for image in images) == [0, 1, 2]
    assert run.status == "finished"
    assert len(sent(scene)) == 3
    assert sent(scene, "getResponse")


def test_an_image_is_redrawn_at_its_own_size(scene: Scene, keep: Keep) -> None:
    (image,), _ = scene.draw(ImageToImage(prompt="a fox", image=keep(noise(300, 200)), strength=0.5, seed=1))
    (task,) = sent(scene)
    assert (task["width"], task["height"], task["strength"]) == (304, 192, 0.5)
    assert image.record is not None
    assert (image.record.width, image.record.height) == (304, 192)


@pytest.mark.parametrize("size", [(256, 256), (250, 130), (90, 100)])
def test_inpainting_leaves_every_pixel_outside_the_mask(scene: Scene, keep: Keep, size: tuple[int, int]) -> None:
    original, mask = noise(*size), Image.new("L", size, 0)
    mask.paste(255, (10, 10, 60, 60))
    request = Inpaint(prompt="a fox", image=keep(original), mask=keep(mask), mask_margin=32, seed=3)
    _, run = scene.draw(request)
    with Image.open(scene.playground.files.path(run.images[0].sha256)) as picture:
        result = np.asarray(picture.convert("RGB"))
    outside = np.asarray(mask) == 0
    assert result.shape == (size[1], size[0], 3)
    assert (result[outside] == np.asarray(original)[outside]).all()
    assert (result[~outside] != np.asarray(original)[~outside]).any()
    assert sent(scene)[0]["maskMargin"] == 32
    assert sent(scene)[0]["outputFormat"] == "PNG"


def test_an_inpainted_image_may_be_asked_for_as_jpeg_and_still_comes_without_loss(scene: Scene, keep: Keep) -> None:
    mask = Image.new("L", (128, 128), 255)
    request = Inpaint(prompt="a fox", image=keep(noise(128, 128)), mask=keep(mask), output_format="jpeg", seed=3)
    _, run = scene.draw(request)
    assert run.images[0].format == "jpeg"
    assert sent(scene)[0]["outputFormat"] == "PNG"


def test_outpainting_keeps_the_image_and_adds_exactly_what_was_asked(scene: Scene, keep: Keep) -> None:
    original = noise(200, 150)
    request = Outpaint(prompt="a fox", image=keep(original), left=50, bottom=30, overlap=0, seed=3)
    _, run = scene.draw(request)
    with Image.open(scene.playground.files.path(run.images[0].sha256)) as picture:
        result = picture.convert("RGB")
    assert result.size == (250, 180)
    assert result.crop((50, 0, 250, 150)).tobytes() == original.tobytes()
    (task,) = sent(scene)
    assert (task["width"], task["height"]) == (256, 192)
    assert task["outpaint"] == {"left": 50, "right": 6, "bottom": 42}


def test_a_control_image_becomes_edges_before_it_is_sent(scene: Scene, keep: Keep) -> None:
    request = ControlNet(prompt="a fox", image=keep(noise(256, 256)), control_scale=0.6, control_end=0.7, seed=1)
    _, run = scene.draw(request)
    (task,) = sent(scene)
    (control,) = task["controlNet"]  # type: ignore[misc]
    assert run.status == "finished"
    assert control["model"] == "runware:z-image@turbo-controlnet"  # type: ignore[index]
    assert (control["weight"], control["startStepPercentage"], control["endStepPercentage"]) == (0.6, 0, 70)  # type: ignore[index]
    assert sent(scene, "controlNetPreprocess") == []


def test_depth_is_made_there_and_its_price_is_on_the_bill(scene: Scene, keep: Keep) -> None:
    request = ControlNet(prompt="a fox", image=keep(noise(256, 256)), preprocess="depth", seed=1)
    _, run = scene.draw(request)
    assert len(sent(scene, "controlNetPreprocess")) == 1
    assert run.cost_usd == sum(scene.world.account.bills) == Decimal("0.0012")
    assert run.estimate_usd == Decimal("0.0012")


def test_every_field_of_the_page_goes_out_under_its_own_name(scene: Scene, keep: Keep) -> None:
    image = keep(noise(256, 256))
    request = ImageToImage(
        prompt="a fox",
        negative_prompt="blurry",
        image=image,
        strength=0.75,
        width=256,
        height=256,
        seed=2**53 - 1,
        steps=12,
        guidance=2.5,
        scheduler="Euler DiscreteScheduler",
        loras=(Lora(model="civitai:618692@691639", weight=0.8),),
        controls=(Control(image=image, preprocess="none", scale=-0.5),),
        accelerator=Accelerator(tea_cache=True, tea_cache_distance=0.3, cache_start_step=2, cache_end_step=10),
        safety=True,
        output_format="webp",
        output_quality=80,
        options={
            "ttl": 3600,
            "controls": [{"control_mode": "prompt", "start_step": 1, "end_step": 9}],
            "loras": [{"transformer": "both"}],
            "ultralytics": {"CFGScale": 7, "mask_blur": 4},
        },
    )
    (image_event,), run = scene.draw(request)
    (task,) = sent(scene)
    assert run.status == "finished"
    assert image_event.flagged is False
    task.pop("taskUUID")
    assert str(task.pop("inputs")).startswith("{'seedImage': 'data:image/png;base64,")
    (control,) = task.pop("controlNet")  # type: ignore[misc]
    assert {name: control[name] for name in control if name != "guideImage"} == {
        "model": "runware:z-image@turbo-controlnet",
        "weight": -0.5,
        "controlMode": "prompt",
        "startStep": 1,
        "endStep": 9,
    }
    assert task == {
        "taskType": "imageInference",
        "model": "runware:z-image@turbo",
        "positivePrompt": "a fox",
        "negativePrompt": "blurry",
        "width": 256,
        "height": 256,
        "seed": 2**53 - 1,
        "steps": 12,
        "CFGScale": 2.5,
        "scheduler": "EulerDiscreteScheduler",
        "strength": 0.75,
        "lora": [{"model": "civitai:618692@691639", "weight": 0.8, "transformer": "both"}],
        "acceleratorOptions": {"teaCache": True, "teaCacheDistance": 0.3, "cacheStartStep": 2, "cacheEndStep": 10},
        "safety": {"checkContent": True, "mode": "fast"},
        "ultralytics": {"CFGScale": 7.0, "maskBlur": 4},
        "numberResults": 1,
        "outputType": "URL",
        "outputFormat": "WEBP",
        "outputQuality": 80,
        "includeCost": True,
        "ttl": 3600,
    }


def test_a_large_image_for_many_tasks_is_stored_once_and_named(scene: Scene, keep: Keep) -> None:
    request = ImageToImage(prompt="a fox", image=keep(noise(1024, 1024)), seed=1, count=4)
    images, _ = scene.draw(request)
    assert len(images) == 4
    (upload,) = sent(scene, "mediaStorage")
    assert upload["operation"] == "upload"
    assert len({str(task["inputs"]) for task in sent(scene)}) == 1
    assert "data:" not in str(sent(scene)[0]["inputs"])


def test_a_flagged_image_is_kept_and_says_so(scene: Scene) -> None:
    (image,), run = scene.draw(TextToImage(prompt="nsfw fox", width=128, height=128, seed=1, safety=True))
    assert image.flagged is True
    assert run.images[0].flagged is True


def test_what_nobody_said_is_unknown_and_not_zero(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="silent", operation="runware.imageInference"))
    (image,), run = scene.draw(TextToImage(prompt="a fox", width=128, height=128, seed=1))
    assert (image.seed, image.cost_usd, run.cost_usd, run.cost_kind) == (None, None, None, "unknown")


@pytest.mark.parametrize("seed", [0, 2**32, 2**53 + 1, 2**63 - 1])
def test_seeds_of_every_size_come_back_as_they_went(scene: Scene, seed: int) -> None:
    (image,), _ = scene.draw(TextToImage(prompt="a fox", width=128, height=128, seed=seed))
    assert image.seed == seed

import copy
import os
import re

import pytest
import torch
from PIL import Image

from backend.errors import NotReady
from backend.local.checkpoint import EMBEDDED
from backend.local.controlnets import ControlNet
from backend.local.drawing import Drawing, Guide
from backend.local.engine import Engine
from backend.local.layout import lay_out
from backend.local.memory import MemoryPlan, free_memory, plan_beside, plan_memory
from backend.local.models import REAL_NEEDS_BYTES
from backend.local.safetensors_file import count_parameters
from backend.requests import TextToImage
from tests.backend.local.conftest import PROMPT
from tests.backend.local.pictures import distance, mean_distance

REAL = {"transformer": 12_310_000_000, "text_encoder": 8_040_000_000, "vae": 170_000_000}
"""Bytes of the real model in bf16."""


def no_controlnet(*_: object) -> ControlNet:
    raise NotReady("There is none.")


def drawn(engine: Engine, guides: tuple[Guide, ...] = ()) -> Image.Image:
    drawing = Drawing(request=TextToImage(prompt=PROMPT, steps=4), seed=7, size=(128, 128), guides=guides)
    return engine.draw(drawing, lambda *_: None)


@pytest.mark.parametrize(
    ("free", "offload", "fp8", "said"),
    [
        (139 * 2**30, False, False, r"kept whole in memory \(21 GB of the 149 GB that are free\)"),
        (24 * 2**30, False, False, "kept whole"),
        (16 * 2**30, True, False, r"a part at a time on the GPU, since 20\.5 GB don't fit into the 17 free"),
        (REAL_NEEDS_BYTES, True, True, "a part at a time and the transformer in fp8"),
    ],
)
def test_the_layout_is_chosen_from_what_is_free_and_says_why(free: int, offload: bool, fp8: bool, said: str) -> None:
    plan = plan_memory("Z-Image-Turbo", "cuda", free, REAL)
    assert (plan.offload, plan.fp8) == (offload, fp8)
    assert (plan.tiled_above is not None) == offload
    assert re.match(said, plan.reason)


@pytest.mark.parametrize(("device", "free"), [("cuda", 6 * 2**30), ("cpu", 16 * 2**30), ("mps", 16 * 2**30)])
def test_where_nothing_fits_the_ways_out_are_named(device: str, free: int) -> None:
    with pytest.raises(NotReady, match=r"Z-Image-Turbo needs \d+\.\d GB of memory and .* `--model tiny`"):
        plan_memory("Z-Image-Turbo", device, free, REAL)


FULL, LITE = 6_710_000_000, 2_020_000_000
"""Bytes of the Union ControlNets in bf16."""


@pytest.mark.parametrize(
    ("card", "size", "offload", "said"),
    [
        (139 * 2**30, FULL, False, "kept whole in memory"),
        (25_700_000_000, LITE, False, "kept whole in memory"),
        (24_500_000_000, LITE, True, r"a part at a time .*, since the net \(2\.0 GB\) doesn't fit beside the whole"),
        (25_700_000_000, FULL, True, r"a part at a time .*, since the net \(6\.7 GB\) doesn't fit beside the whole"),
        (16 * 2**30, LITE, True, r"a part at a time on the GPU, since 20\.5 GB don't fit"),
        (16 * 2**30, FULL, None, ""),
        (REAL_NEEDS_BYTES, LITE, None, ""),
    ],
)
def test_a_controlnet_is_counted_before_it_is_loaded_and_the_model_makes_room(
    card: int, size: int, offload: bool | None, said: str
) -> None:
    plan = plan_memory("Z-Image-Turbo", "cuda", card, REAL)
    beside = plan_beside(plan, "the net", size, "cuda", card if plan.offload else card - plan.whole)
    assert (beside.offload if beside else None) is offload
    assert re.match(said, beside.reason if beside else "")


def test_on_the_cpu_a_controlnet_takes_what_is_free_or_is_not_loaded() -> None:
    plan = plan_memory("Z-Image-Turbo", "cpu", 64 * 2**30, REAL)
    assert plan_beside(plan, "the net", FULL, "cpu", FULL) is plan
    assert plan_beside(plan, "the net", FULL, "cpu", FULL - 1) is None


def test_the_sizes_come_from_the_files_themselves(engine: Engine) -> None:
    for name in ("transformer", "vae"):
        model = getattr(engine.pipe, name)
        assert count_parameters(EMBEDDED / name) == sum(parameter.numel() for parameter in model.parameters())


def test_this_machine_has_memory() -> None:
    assert free_memory("cpu") > 2**20


def test_fp8_storage_draws_nearly_the_same_picture(engine: Engine) -> None:
    exact = drawn(engine)
    components = engine.pipe.components | {"transformer": copy.deepcopy(engine.pipe.transformer)}
    pipe = type(engine.pipe)(**components)
    pipe.set_progress_bar_config(disable=True)
    plan = MemoryPlan(fp8=True, reason="to try it")
    lay_out(pipe, plan, "cpu", torch.float32)
    assert pipe.transformer.layers[0].feed_forward.w1.weight.dtype == torch.float8_e4m3fn
    assert 0 < mean_distance(drawn(Engine(pipe, no_controlnet, plan)), exact) < 40


def test_a_model_that_is_laid_out_anew_a_part_at_a_time_draws_the_same_also_with_its_controlnet(engine: Engine) -> None:
    guides = (Guide(picture=Image.new("RGB", (128, 128), "white"), scale=0.7),)
    alone, guided = drawn(engine), drawn(engine, guides)
    parts = {name: copy.deepcopy(engine.pipe.components[name]) for name in ("transformer", "text_encoder", "vae")}
    pipe = type(engine.pipe)(**engine.pipe.components | parts)
    pipe.set_progress_bar_config(disable=True)
    plan = MemoryPlan(offload=True, reason="to try it")
    lay_out(pipe, plan, "cpu", torch.float32)
    apart = Engine(pipe, lambda memory, _: ControlNet(engine.controlnet, memory), plan)
    for guide, expected in (((), alone), (guides, guided), ((), alone)):
        assert distance(drawn(apart, guide), expected) == 0


def test_tiles_are_used_above_their_size_alone_and_leave_no_trace(engine: Engine) -> None:
    exact = drawn(engine)
    vae = engine.pipe.vae
    small = vae.tile_latent_min_size, vae.tile_sample_min_size
    vae.tile_latent_min_size, vae.tile_sample_min_size = 8, 64
    try:
        tiled = drawn(Engine(engine.pipe, no_controlnet, MemoryPlan(tiled_above=127 * 128, reason="to try it")))
        untiled = drawn(Engine(engine.pipe, no_controlnet, MemoryPlan(tiled_above=128 * 128, reason="to try it")))
    finally:
        vae.tile_latent_min_size, vae.tile_sample_min_size = small
    assert 0 < mean_distance(tiled, exact) < 10
    assert distance(untiled, exact) == 0
    assert distance(drawn(engine), exact) == 0


def test_the_embedded_model_leaves_half_of_the_cores_to_the_page(engine: Engine) -> None:
    assert torch.get_num_threads() <= max(1, (os.cpu_count() or 2) // 2)

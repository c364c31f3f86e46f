import copy
import os
import re

import pytest
import torch
from PIL import Image

from backend.adapters.local.at_hand import REAL_NEEDS_BYTES
from backend.adapters.local.control.controlnets import ControlNet
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import AUTO
from backend.adapters.local.machine.checkpoint import EMBEDDED
from backend.adapters.local.machine.memory import MemoryPlan, free_memory, plan_beside, plan_memory
from backend.adapters.local.machine.options import Layout
from backend.adapters.local.machine.placement import lay_out
from backend.adapters.local.weights.reading import count_parameters
from backend.domain.errors import NotReady
from backend.domain.requests import TextToImage
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance

REAL = {"transformer": 12_310_000_000, "text_encoder": 8_040_000_000, "vae": 170_000_000}
"""Bytes of the real model in bf16."""


def no_controlnet(*_: object) -> ControlNet:
    raise NotReady("There is none.")


def drawn(engine: Engine, guides: tuple[Guide, ...] = ()) -> Image.Image:
    drawing = Drawing(request=TextToImage(prompt=PROMPT, steps=4), seed=7, size=(128, 128), guides=guides)
    return engine.draw(drawing, lambda *_: None)


@pytest.mark.parametrize(
    ("free", "weights", "offload", "said"),
    [
        (139 * 2**30, "full", "none", r"kept whole in memory, since its 21 GB fit into the 149 GB that are free"),
        (24 * 2**30, "full", "none", "kept whole"),
        (16 * 2**30, "full", "model", r"a part at a time on the GPU, since its 20\.5 GB don't fit into the 17 GB"),
        (REAL_NEEDS_BYTES, "fp8", "model", "a part at a time on the GPU with the transformer in fp8, since"),
        (4 * 2**30, "full", "sequential", "a layer at a time on the GPU, since"),
    ],
)
def test_the_layout_is_chosen_from_what_is_free_and_says_why(free: int, weights: str, offload: str, said: str) -> None:
    plan = plan_memory("Z-Image-Turbo", "cuda", free, REAL, AUTO)
    assert (plan.weights, plan.offload) == (weights, offload)
    assert (plan.tiled_above is not None) == (offload != "none")
    assert re.match(said, plan.reason)


@pytest.mark.parametrize(
    ("free", "layout", "weights", "offload"),
    [
        (139, Layout(weights="nf4"), "nf4", "none"),
        (139, Layout(offload="model"), "full", "model"),
        (24, Layout(weights="fp8"), "fp8", "none"),
        (18, Layout(offload="none"), "fp8", "none"),
        (10, Layout(offload="none"), None, None),
        (8, Layout(weights="nf4"), "nf4", "model"),
        (8, Layout(weights="full"), "full", "sequential"),
        (8, Layout(weights="full", offload="model"), None, None),
    ],
)
def test_what_was_chosen_stands_and_the_rest_follows_from_what_is_free(
    free: int, layout: Layout, weights: str | None, offload: str
) -> None:
    if weights is None:
        with pytest.raises(NotReady, match="leave weights and offload at auto"):
            plan_memory("Z-Image-Turbo", "cuda", free * 2**30, REAL, layout)
        return
    plan = plan_memory("Z-Image-Turbo", "cuda", free * 2**30, REAL, layout)
    assert (plan.weights, plan.offload) == (weights, offload)
    assert plan.reason.endswith("as was chosen")


@pytest.mark.parametrize(("device", "free"), [("cuda", 2 * 2**30), ("cpu", 16 * 2**30), ("mps", 16 * 2**30)])
def test_where_nothing_fits_the_ways_out_are_named(device: str, free: int) -> None:
    with pytest.raises(NotReady, match=r"Z-Image-Turbo needs \d+\.\d GB of memory and .* `--model tiny`"):
        plan_memory("Z-Image-Turbo", device, free, REAL, AUTO)


FULL, LITE = 6_710_000_000, 2_020_000_000
"""Bytes of the Union ControlNets in bf16."""


@pytest.mark.parametrize(
    ("card", "size", "offload", "said"),
    [
        (139 * 2**30, FULL, "none", "kept whole in memory"),
        (25_700_000_000, LITE, "none", "kept whole in memory"),
        (24_500_000_000, LITE, "model", r"a part at a time .*, since the net \(2\.0 GB\) doesn't fit beside the whole"),
        (25_700_000_000, FULL, "model", r"a part at a time .*, since the net \(6\.7 GB\) doesn't fit beside the whole"),
        (16 * 2**30, LITE, "model", r"a part at a time on the GPU, since its 20\.5 GB don't fit"),
        (16 * 2**30, FULL, None, ""),
        (REAL_NEEDS_BYTES, LITE, None, ""),
    ],
)
def test_a_controlnet_is_counted_before_it_is_loaded_and_the_model_makes_room(
    card: int, size: int, offload: str | None, said: str
) -> None:
    plan = plan_memory("Z-Image-Turbo", "cuda", card, REAL, AUTO)
    beside = plan_beside(plan, "the net", size, "cuda", card - plan.whole if plan.offload == "none" else card)
    assert (beside.offload if beside else None) == offload
    assert re.match(said, beside.reason if beside else "")


@pytest.mark.parametrize("layout", [Layout(offload="none"), Layout(offload="sequential")])
def test_an_offload_that_was_chosen_makes_no_room_for_a_controlnet(layout: Layout) -> None:
    card = 24_500_000_000
    plan = plan_memory("Z-Image-Turbo", "cuda", card, REAL, layout)
    assert plan_beside(plan, "the net", LITE, "cuda", card - plan.whole) is None


def test_on_the_cpu_a_controlnet_takes_what_is_free_or_is_not_loaded() -> None:
    plan = plan_memory("Z-Image-Turbo", "cpu", 64 * 2**30, REAL, AUTO)
    assert plan_beside(plan, "the net", FULL, "cpu", FULL) is plan
    assert plan_beside(plan, "the net", FULL, "cpu", FULL - 1) is None


def test_the_sizes_come_from_the_files_themselves(engine: Engine) -> None:
    for name in ("transformer", "vae"):
        model = getattr(engine.pipe, name)
        assert count_parameters(EMBEDDED / name) == sum(parameter.numel() for parameter in model.parameters())


def test_this_machine_has_memory() -> None:
    assert free_memory("cpu") > 2**20


def test_a_part_at_a_time_draws_the_very_same_picture_also_with_its_controlnet(engine: Engine) -> None:
    """On a CPU the parts have nowhere to go, but the hooks that would move them run."""
    guides = (Guide(picture=Image.new("RGB", (128, 128), "white"), scale=0.7),)
    alone, guided = drawn(engine), drawn(engine, guides)
    parts = {name: copy.deepcopy(engine.pipe.components[name]) for name in ("transformer", "text_encoder", "vae")}
    pipe = type(engine.pipe)(**engine.pipe.components | parts)
    pipe.set_progress_bar_config(disable=True)
    plan = MemoryPlan(offload="model", reason="to try it")
    lay_out(pipe, plan, "cpu")
    apart = Engine(pipe, lambda memory, *_: ControlNet(copy.deepcopy(engine.controlnet), memory), plan)
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

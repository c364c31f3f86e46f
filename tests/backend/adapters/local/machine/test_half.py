"""fp16 of the embedded model with its numbers scaled up to the real model's range and beyond."""

import copy
from typing import Any

import numpy as np
import pytest
import torch

from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.load import dtype_for
from backend.adapters.local.machine.half import keep_finite

RIGHT = 0.1
"""The most that a picture may be off, mean of 255; fp16 itself is 0.03 off fp32, bf16 0.31."""


def larger(engine: Engine, factor: float) -> Any:
    """Return the transformer with `factor` times the numbers in its feed-forwards, which draws the same in fp32."""
    engine._adapters.put_on(())
    found = copy.deepcopy(engine.pipe.transformer)
    with torch.no_grad():
        for name, weight in found.named_parameters():
            if name.endswith("feed_forward.w3.weight"):
                weight.mul_(factor)
    return found


def drawn(engine: Engine, transformer: Any) -> np.ndarray[Any, Any]:
    """Draw with diffusers alone; text encoder and VAE stay in fp32, so that only the transformer is tried."""
    from diffusers import FlowMatchEulerDiscreteScheduler, ZImagePipeline

    kind = next(transformer.parameters()).dtype
    parts = engine.pipe.components | {
        "transformer": transformer,
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
    }
    pipe = ZImagePipeline(**parts)
    pipe.set_progress_bar_config(disable=True)
    words = engine.prompts.embed("a red circle on a blue background")
    latents = pipe(
        prompt_embeds=[words.to(kind)],
        generator=torch.Generator().manual_seed(7),
        num_inference_steps=2,
        guidance_scale=0.0,
        width=128,
        height=128,
        output_type="np",
    )
    found: np.ndarray[Any, Any] = latents.images[0] * 255
    return found


@pytest.fixture(scope="module")
def right(engine: Engine) -> np.ndarray[Any, Any]:
    return drawn(engine, larger(engine, 1.0))


@pytest.mark.parametrize("factor", [1.0, 100.0, 300.0])
def test_fp16_draws_the_same_picture_with_numbers_far_beyond_its_end(
    factor: float, engine: Engine, right: np.ndarray[Any, Any]
) -> None:
    half = larger(engine, factor).half()
    keep_finite(half, torch.float16)
    keep_finite(half, torch.float16)
    assert np.abs(drawn(engine, half) - right).mean() < RIGHT


def test_without_it_fp16_turns_black(engine: Engine) -> None:
    assert not np.isfinite(drawn(engine, larger(engine, 100.0).half())).all()


def test_computed_in_fp32_it_says_the_same(engine: Engine, right: np.ndarray[Any, Any]) -> None:
    whole = larger(engine, 1.0)
    keep_finite(whole, torch.float16)
    assert np.abs(drawn(engine, whole) - right).max() < 0.5


def test_bf16_and_fp32_are_left_alone(engine: Engine) -> None:
    whole = larger(engine, 1.0)
    epsilon = whole.layers[0].ffn_norm2.eps
    for kind in (torch.bfloat16, torch.float32):
        keep_finite(whole, kind)
    assert whole.layers[0].ffn_norm2.eps == epsilon


def test_a_change_of_the_matrices_counts_as_much_as_without(engine: Engine) -> None:
    def changed(transformer: Any) -> Any:
        seeded = torch.Generator().manual_seed(1)
        with torch.no_grad():
            for block in transformer.layers:
                for weight in (block.feed_forward.w2.weight, block.feed_forward.w3.weight):
                    weight.add_(torch.randn(weight.shape, generator=seeded) * 0.05 * weight.std())
        return transformer

    plain, kept = changed(larger(engine, 1.0)), larger(engine, 1.0)
    keep_finite(kept, torch.float16)
    assert np.abs(drawn(engine, changed(kept)) - drawn(engine, plain)).max() < 0.5


@pytest.mark.parametrize(
    ("device", "bf16", "embedded", "kind"),
    [
        ("cuda", True, False, torch.bfloat16),
        ("cuda", False, False, torch.float16),
        ("mps", True, False, torch.bfloat16),
        ("cpu", False, False, torch.float32),
        ("cuda", False, True, torch.float32),
        ("cuda", True, True, torch.float32),
    ],
)
def test_each_device_gets_the_exactest_type_that_it_is_fast_in(
    device: str, bf16: bool, embedded: bool, kind: torch.dtype
) -> None:
    assert dtype_for(device, bf16=bf16, embedded=embedded) == kind

"""The configurations that the project has for files without any: the published model's sizes, to the number."""

import math
from pathlib import Path

import pytest
import torch
from accelerate import init_empty_weights
from diffusers import AutoencoderKL, ZImageTransformer2DModel
from transformers import Qwen3Config, Qwen3Model

from backend.adapters.local.gathering.families import ARCHITECTURES

REAL = ARCHITECTURES / "z-image"


def counted(model: torch.nn.Module) -> int:
    return sum(math.prod(each.shape) for each in model.parameters())


@pytest.mark.parametrize(
    ("found", "part", "millions"),
    [(ZImageTransformer2DModel, "transformer", 6154.9), (AutoencoderKL, "vae", 83.8)],
)
def test_the_parts_of_diffusers_have_as_many_numbers_as_the_published_ones(
    found: type, part: str, millions: float
) -> None:
    with init_empty_weights():
        model = found.from_config(found.load_config(REAL / part))
    assert counted(model) / 1e6 == pytest.approx(millions, abs=0.05)


def test_the_text_encoder_has_as_many_numbers_as_qwen3_4b() -> None:
    with torch.device("meta"):
        model = Qwen3Model(Qwen3Config.from_pretrained(REAL / "text_encoder"))
    assert counted(model) == 4_022_468_096


def test_the_frame_around_a_prompt_is_qwen3s(tmp_path: Path) -> None:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    template = (REAL / "chat_template.jinja").read_text("utf-8")
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    said = environment.from_string(template).render(
        messages=[{"role": "user", "content": "a fox"}], add_generation_prompt=True, enable_thinking=True
    )
    assert said == "<|im_start|>user\na fox<|im_end|>\n<|im_start|>assistant\n"

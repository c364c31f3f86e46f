import pytest
import torch
from diffusers import ZImageControlNetModel

from tools.tiny_model.networks.forward import Inputs, encode_text, make_layout, predict
from tools.tiny_model.networks.models import WIDTH, Parts, build_parts

LENGTHS = (20, 32, 5)


@pytest.fixture
def parts() -> Parts:
    """Parts with no silent layers, so that a slip anywhere shows."""
    parts = build_parts(0)
    for block in parts.control.control_layers:
        torch.nn.init.normal_(block.after_proj.weight, std=0.05)
    torch.nn.init.normal_(parts.transformer.all_final_layer["2-1"].linear.weight, std=0.05)
    parts.together().requires_grad_(False)
    return parts


def make_inputs(height: int, width: int) -> Inputs:
    torch.manual_seed(1)
    padding = torch.arange(32)[None] >= torch.tensor(LENGTHS)[:, None]
    return Inputs(torch.randn(3, 16, height, width), torch.rand(3), torch.randn(3, 32, WIDTH), padding)


def each(latents: torch.Tensor) -> list[torch.Tensor]:
    return [latent.unsqueeze(1) for latent in latents]


@pytest.mark.parametrize(("height", "width"), [(16, 16), (10, 12)])
def test_the_batched_transformer_is_that_of_diffusers(parts: Parts, height: int, width: int) -> None:
    inputs = make_inputs(height, width)
    layout = make_layout(parts.transformer, caption=32, height=height // 2, width=width // 2)
    captions = [words[:length] for words, length in zip(inputs.caption, LENGTHS, strict=True)]
    expected = parts.transformer(each(inputs.latents), inputs.time, captions, return_dict=False)[0]
    torch.testing.assert_close(predict(parts.transformer, inputs, layout), torch.stack(expected).squeeze(2))


@pytest.mark.parametrize(("height", "width"), [(16, 16), (10, 12)])
def test_the_batched_control_branch_is_that_of_diffusers(parts: Parts, height: int, width: int) -> None:
    inputs, guides = make_inputs(height, width), torch.randn(2, 16, height, width)
    layout = make_layout(parts.transformer, caption=32, height=height // 2, width=width // 2)
    batched = predict(parts.transformer, inputs, layout, control=parts.control, guides=guides)
    captions = [words[:length] for words, length in zip(inputs.caption[:2], LENGTHS, strict=False)]
    branch = ZImageControlNetModel.from_transformer(parts.control, parts.transformer)
    latents, time = each(inputs.latents[:2]), inputs.time[:2]
    with torch.no_grad():
        hints = branch(latents, time, captions, each(guides), 1.0)
    expected = parts.transformer(latents, time, captions, controlnet_block_samples=hints, return_dict=False)[0]
    torch.testing.assert_close(batched[:2], torch.stack(expected).squeeze(2))


def test_the_text_states_are_those_that_the_pipelines_take(parts: Parts) -> None:
    ids = torch.randint(4, 40, (2, 12), generator=torch.Generator().manual_seed(2))
    expected = parts.text(input_ids=ids, output_hidden_states=True).hidden_states[-2]
    torch.testing.assert_close(encode_text(parts.text, ids), expected)

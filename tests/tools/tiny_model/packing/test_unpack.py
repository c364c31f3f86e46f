from pathlib import Path

import pytest
import torch
from diffusers import AutoencoderKL

from tools.tiny_model.networks.latents import Projection, build_vae, fit_projection, read_projection
from tools.tiny_model.networks.models import build_parts
from tools.tiny_model.packing.export import spelled_text_encoder
from tools.tiny_model.packing.growth import deepened, widened
from tools.tiny_model.packing.unpack import load_packed, trained_embedding, unpack
from tools.tiny_model.training.run_folder import RunFolder
from tools.tiny_model.training.train import Trainer
from tools.tiny_model.world.tokenizer import SPECIAL, build_tokenizer
from tools.tiny_model.world.words import IDEAS

PACKED = Path("presets/tiny")


@pytest.fixture(scope="module")
def projection() -> Projection:
    """Return the shipped model's."""
    return read_projection(AutoencoderKL.from_pretrained(PACKED / "vae", torch_dtype=torch.float32))


def test_training_goes_on_from_the_packed_weights(projection: Projection) -> None:
    trainer = Trainer(projection, batch=8)
    fresh, _ = trainer.validate()
    load_packed(trainer, PACKED)
    packed, _ = trainer.validate()
    assert packed < 0.5 * fresh
    assert trainer.samples > 80_000
    free, _ = trainer.advance()
    assert free < 0.7 * fresh


def test_the_embedding_by_ideas_comes_back_from_the_one_by_spellings(projection: Projection) -> None:
    text = Trainer(projection).parts.text
    fresh = torch.zeros_like(text.embed_tokens.weight)
    back = trained_embedding(spelled_text_encoder(text), build_tokenizer(), fresh=fresh)
    used = back.abs().sum(1) > 0
    assert torch.equal(back[used], text.embed_tokens.weight[used])
    assert used.float().mean() > 0.9


def test_ideas_that_the_packed_model_does_not_know_begin_fresh(projection: Projection) -> None:
    text = build_parts(0).text
    tokenizer = build_tokenizer()
    tokenizer.get_vocab = lambda: {"red": 4}
    fresh = torch.full_like(text.embed_tokens.weight, 7.0)
    back = trained_embedding(spelled_text_encoder(text), tokenizer, fresh=fresh)
    assert (back == 7).all(1).sum() == len(back) - 1
    assert not (back[len(SPECIAL) + IDEAS["red"]] == 7).any()


def test_a_run_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.state.write_bytes(b"a run")
    with pytest.raises(SystemExit, match="holds a run already"):
        unpack(folder, PACKED, step=1)
    assert folder.state.read_bytes() == b"a run"


def test_added_layers_do_nothing_yet() -> None:
    deep = build_parts(0).transformer.eval()
    shallow = {
        name: weight for name, weight in deep.state_dict().items() if not name.startswith(("layers.4", "layers.5"))
    }
    deep.load_state_dict(deepened(shallow))
    inputs = ([torch.randn(16, 1, 8, 8)], torch.tensor([0.5]), [torch.randn(9, 128)])
    torch.nn.init.normal_(deep.all_final_layer["2-1"].linear.weight, std=0.05)
    with torch.no_grad():
        whole = deep(*inputs, return_dict=False)[0][0]
        del deep.layers[4:]
        cut = deep(*inputs, return_dict=False)[0][0]
    torch.testing.assert_close(whole, cut)


def decoder_of(channels: tuple[int, ...]) -> torch.nn.Module:
    """Build a decoder with so many channels at each level."""
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=channels, layers_per_block=1, latent_channels=16, norm_num_groups=4,
        mid_block_add_attention=False, use_quant_conv=False, use_post_quant_conv=False,
    ).decoder.eval()  # fmt: skip


def test_a_widened_decoder_draws_the_same() -> None:
    before, after = (16, 32, 48, 64), (16, 32, 96, 128)
    small, large = decoder_of(before), decoder_of(after)
    large.load_state_dict(widened(small.state_dict(), before=before, after=after))
    latents = torch.randn(1, 16, 8, 8)
    with torch.no_grad():
        assert (large(latents) - small(latents)).abs().mean() < 0.1 * small(latents).abs().mean()


def test_the_encoders_matrices_are_read_back() -> None:
    fitted = fit_projection(40)
    read = read_projection(build_vae(fitted))
    for one, other in zip(fitted.stages, read.stages, strict=True):
        assert (one == other).all()
    assert (read.mean, read.deviation) == pytest.approx((fitted.mean, fitted.deviation))

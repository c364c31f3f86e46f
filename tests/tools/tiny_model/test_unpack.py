from pathlib import Path

import pytest
import torch

from tools.tiny_model.export import spelled_text_encoder
from tools.tiny_model.latents import Projection, fit_projection
from tools.tiny_model.run_folder import RunFolder
from tools.tiny_model.train import Trainer
from tools.tiny_model.unpack import load_packed, trained_embedding, unpack

PACKED = Path("presets/tiny")


@pytest.fixture(scope="module")
def projection() -> Projection:
    return fit_projection()  # The shipped model's.


def test_training_goes_on_from_the_packed_weights(projection: Projection) -> None:
    trainer = Trainer(projection, batch=8)
    fresh, _ = trainer.validate()
    load_packed(trainer, PACKED)
    packed, _ = trainer.validate()
    assert packed < 0.3 * fresh
    assert trainer.samples > 80_000
    free, _ = trainer.advance()
    assert free < 0.5 * fresh


def test_the_embedding_by_ideas_comes_back_from_the_one_by_spellings(projection: Projection) -> None:
    text = Trainer(projection).parts.text
    used = trained_embedding(spelled_text_encoder(text)).abs().sum(1) > 0
    assert torch.equal(trained_embedding(spelled_text_encoder(text))[used], text.embed_tokens.weight[used])
    assert used.float().mean() > 0.9


def test_a_run_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.state.write_bytes(b"a run")
    with pytest.raises(SystemExit, match="holds a run already"):
        unpack(folder, PACKED, step=1)
    assert folder.state.read_bytes() == b"a run"

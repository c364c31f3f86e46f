"""The way back from packed weights to a run's state, so that training goes on where only the packed model is left.

A packed model of an older, smaller world is taken as far as it goes: ideas are found by their spellings, and networks
that have become larger begin as what they were.
"""

import json
from pathlib import Path

import torch
from diffusers import ZImageControlNetModel, ZImagePipeline
from torch import Tensor
from transformers import PreTrainedTokenizerFast, Qwen3Model

from tools.tiny_model.networks.latents import CHANNELS, read_projection
from tools.tiny_model.networks.models import Parts
from tools.tiny_model.packing.export import CONTROL
from tools.tiny_model.packing.growth import deepened, widened
from tools.tiny_model.training.decoder import DecoderTrainer
from tools.tiny_model.training.run_folder import RunFolder
from tools.tiny_model.training.train import Trainer
from tools.tiny_model.world.about import NAME
from tools.tiny_model.world.tokenizer import ROWS, vocabulary


def trained_embedding(text: Qwen3Model, tokenizer: PreTrainedTokenizerFast, *, fresh: Tensor) -> Tensor:
    """The embedding by ideas, (rows, width), from the packed one by spellings, where all of an idea's are alike.

    The first spelling that the packed model knows counts; ideas that it does not know keep their row of `fresh`.
    """
    spelled, known = text.embed_tokens.weight.detach(), tokenizer.get_vocab()
    embedding, found = fresh.detach().clone(), torch.zeros(ROWS, dtype=torch.bool)
    for spelling, row in vocabulary():
        if spelling in known and not found[row]:
            embedding[row], found[row] = spelled[known[spelling]], True
    return embedding


def load_packed(trainer: Trainer, source: Path) -> ZImagePipeline:
    """Give a trainer the weights of a packed model, as its own and as their average; gives the pipeline.

    The optimisers begin anew: their memories are not packed.
    """
    pipeline = ZImagePipeline.from_pretrained(source, dtype=torch.float32)
    control = ZImageControlNetModel.from_pretrained(source / CONTROL, torch_dtype=torch.float32)
    fresh = trainer.parts.text.embed_tokens.weight
    embedding = trained_embedding(pipeline.text_encoder, pipeline.tokenizer, fresh=fresh)
    text = pipeline.text_encoder.state_dict() | {"embed_tokens.weight": embedding}
    for parts in (trainer.parts, trainer.average):
        assert isinstance(parts, Parts)
        parts.text.load_state_dict(text)
        parts.transformer.load_state_dict(deepened(pipeline.transformer.state_dict()))
        parts.control.load_state_dict(control.state_dict())
    trainer.samples = json.loads((source / NAME).read_text(encoding="utf-8"))["trained_samples"]
    return pipeline


def unpack(folder: RunFolder, source: Path, *, step: int) -> None:
    """Write the states of training and decoder into an empty run folder; `step` is where the numbering goes on."""
    if folder.state.exists() or folder.decoder.exists():
        raise SystemExit(f"{folder.path} holds a run already: give another --folder, or move that one away.")
    packed = ZImagePipeline.from_pretrained(source, dtype=torch.float32).vae
    folder.keep(read_projection(packed))
    trainer = Trainer(folder.projection())
    load_packed(trainer, source)
    trainer.step = step
    trainer.save(folder.state)
    decoder = DecoderTrainer(folder.projection())
    before = tuple(packed.config.block_out_channels)
    grown = widened(packed.decoder.state_dict(), before=before, after=CHANNELS)
    for weights in (decoder.decoder, decoder.average):
        weights.load_state_dict(grown)
    decoder.save(folder.decoder)

"""The way back from packed weights to a run's state, so that training goes on where only the packed model is left."""

import json
from pathlib import Path

import torch
from diffusers import ZImageControlNetModel, ZImagePipeline
from torch import Tensor
from transformers import Qwen3Model

from tools.tiny_model.decoder import DecoderTrainer
from tools.tiny_model.export import CONTROL
from tools.tiny_model.models import Parts
from tools.tiny_model.run_folder import RunFolder
from tools.tiny_model.tokenizer import ROWS, vocabulary
from tools.tiny_model.train import Trainer
from tools.tiny_model.world import NAME


def trained_embedding(text: Qwen3Model) -> Tensor:
    """The embedding by ideas, (rows, width), from the packed one by spellings, where all of an idea's are alike."""
    spelled = text.embed_tokens.weight.detach()
    embedding = torch.zeros(ROWS, spelled.shape[1])
    embedding[torch.tensor([row for _, row in vocabulary()])] = spelled
    return embedding


def load_packed(trainer: Trainer, source: Path) -> ZImagePipeline:
    """Give a trainer the weights of a packed model, as its own and as their average; gives the pipeline.

    The optimisers begin anew: their memories are not packed.
    """
    pipeline = ZImagePipeline.from_pretrained(source, dtype=torch.float32)
    control = ZImageControlNetModel.from_pretrained(source / CONTROL, torch_dtype=torch.float32)
    text = pipeline.text_encoder.state_dict() | {"embed_tokens.weight": trained_embedding(pipeline.text_encoder)}
    for parts in (trainer.parts, trainer.average):
        assert isinstance(parts, Parts)
        parts.text.load_state_dict(text)
        parts.transformer.load_state_dict(pipeline.transformer.state_dict())
        parts.control.load_state_dict(control.state_dict())
    trainer.samples = json.loads((source / NAME).read_text(encoding="utf-8"))["trained_samples"]
    return pipeline


def unpack(folder: RunFolder, source: Path, *, step: int) -> None:
    """Write the states of training and decoder into an empty run folder; `step` is where the numbering goes on."""
    if folder.state.exists() or folder.decoder.exists():
        raise SystemExit(f"{folder.path} holds a run already: give another --folder, or move that one away.")
    projection = folder.projection()
    trainer, decoder = Trainer(projection), DecoderTrainer(projection)
    pipeline = load_packed(trainer, source)
    trainer.step = step
    trainer.save(folder.state)
    for weights in (decoder.decoder, decoder.average):
        weights.load_state_dict(pipeline.vae.decoder.state_dict())
    decoder.save(folder.decoder)

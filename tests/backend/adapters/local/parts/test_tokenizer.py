"""A text encoder's GGUF file brings the tokenizer that lies in the folder of the same model."""

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from backend.adapters.local.gathering.families import ARCHITECTURES
from backend.adapters.local.parts.tokenizer import read_tokenizer
from tests.backend.adapters.local.others import closed

SPECIAL, ADDED = ("<|endoftext|>", "<|im_start|>", "<|im_end|>"), ("<think>", "</think>")
CONFIG = {
    "tokenizer_class": "Qwen2Tokenizer",
    "eos_token": "<|im_end|>",
    "pad_token": "<|endoftext|>",
    "model_max_length": 131072,
    "add_bos_token": False,
}
WORDS = "a red circle on a blue background, the cat's hat 2024 红色的圆形 user assistant think"
TEXTS = (
    "",
    "a red circle",
    "红色的圆形 on a blue  background\n\n2024's",
    "CAFE\u0301 café Ａ1 \U0001f98a",
    "<think>no</think> <|im_end|>",
    "  x \t ",
)
REAL = ARCHITECTURES / "z-image"


def trained() -> Tokenizer:
    """Return a tokenizer built as Qwen's is, of few words."""
    made = Tokenizer(models.BPE())
    made.normalizer, made.decoder = normalizers.NFC(), decoders.ByteLevel()
    split = pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    letters = pre_tokenizers.ByteLevel.alphabet()
    made.train_from_iterator([WORDS] * 3, trainers.BpeTrainer(vocab_size=320, initial_alphabet=letters))
    made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    made.add_tokens([AddedToken(token, normalized=False) for token in ADDED])
    return made


def in_folder(made: Tokenizer, folder: Path) -> Path:
    folder.mkdir()
    made.save(str(folder / "tokenizer.json"))
    (folder / "tokenizer_config.json").write_text(json.dumps(CONFIG))
    return folder


def in_gguf(made: Tokenizer, file: Path) -> Path:
    """Write it as llama.cpp's converter writes Qwen3's, which lets out of the chat template what isn't text."""
    numbers = made.get_vocab()
    tokens = sorted(numbers, key=numbers.__getitem__)
    kinds = gguf.TokenType
    types = [kinds.CONTROL if t in SPECIAL else kinds.USER_DEFINED if t in ADDED else kinds.NORMAL for t in tokens]
    writer = gguf.GGUFWriter(str(file), "qwen3")
    writer.add_block_count(36)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges([" ".join(pair) for pair in json.loads(made.to_str())["model"]["merges"]])
    writer.add_eos_token_id(numbers["<|im_end|>"])
    writer.add_pad_token_id(numbers["<|endoftext|>"])
    writer.add_bos_token_id(numbers["<|endoftext|>"])
    writer.add_add_bos_token(False)
    writer.add_chat_template("{% for message in messages %}another model's{% endfor %}")
    writer.add_tensor("token_embd.weight", np.zeros((len(tokens), 4), np.float32))
    return closed(writer, file)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    """Return the same tokenizer from a GGUF file and from a folder."""
    place, made = tmp_path_factory.mktemp("encoder"), trained()
    return (
        read_tokenizer(in_gguf(made, place / "Qwen3-4B-Q8_0.gguf"), REAL),
        read_tokenizer(in_folder(made, place / "tokenizer"), REAL),
    )


@pytest.mark.parametrize("text", TEXTS)
def test_a_gguf_encoders_tokenizer_reads_prompts_as_its_folders_does(text: str, both: tuple[Any, Any]) -> None:
    ours, theirs = (_as_the_pipeline_reads(each, text) for each in both)
    assert ours == theirs
    assert both[0](text).input_ids == both[1](text).input_ids


def test_it_begins_no_prompt_with_a_token_of_its_own_and_pads_as_the_folders_does(both: tuple[Any, Any]) -> None:
    ours, theirs = both
    assert len(ours) == len(theirs)
    for name in ("eos_token", "pad_token", "padding_side", "chat_template"):
        assert getattr(ours, name) == getattr(theirs, name)


def _as_the_pipeline_reads(tokenizer: Any, text: str) -> tuple[list[int], list[int]]:
    """Return numbers and mask as diffusers' `ZImagePipeline` asks for them."""
    message = [{"role": "user", "content": text}]
    framed = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True, enable_thinking=True)
    read = tokenizer(framed, padding="max_length", max_length=96, truncation=True)
    assert framed == f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
    return read.input_ids, read.attention_mask

#!/bin/sh
# transformers 5.23.0 with tokenizers 0.23.3 and gguf 0.19.0 (2026-11-30): the tokenizer of a Qwen3 text encoder from GGUF.
#
# One would think that the tokenizer which transformers builds from a GGUF file's own list of tokens and merges gives the
# tokens of the folder that the file was made from: both come back as the same class. Seen, with a small tokenizer built as
# Qwen's is (byte-level BPE, normaliser NFC), written as tokenizer.json and as llama.cpp's converter writes it:
#   folder  normaliser NFC:  an e with an accent of its own letter and one put together are the same tokens
#   gguf    no normaliser:   put together, it becomes three tokens instead of one
# A prompt pasted from a Mac's file name, or typed by some input methods, is then another prompt to the text encoder.
#
# About 1 GB is installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 transformers==5.23.0 tokenizers==0.23.3 gguf==0.19.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$folder/bin/python" - "$folder" 2>/dev/null <<'PYTHON'
import json
import sys
from pathlib import Path

import gguf
import numpy as np
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import AutoTokenizer
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

folder = Path(sys.argv[1]) / "model"
folder.mkdir()
special = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")

made = Tokenizer(models.BPE())
made.normalizer, made.decoder = normalizers.NFC(), decoders.ByteLevel()
split = pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), "isolated")
made.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])
letters = pre_tokenizers.ByteLevel.alphabet()
made.train_from_iterator(
    ["a café on a blue hill"] * 3, trainers.BpeTrainer(vocab_size=300, initial_alphabet=letters)
)
made.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
made.save(str(folder / "tokenizer.json"))
config = {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"}
(folder / "tokenizer_config.json").write_text(json.dumps(config))

numbers = made.get_vocab()
tokens = sorted(numbers, key=numbers.__getitem__)
kinds = gguf.TokenType
packed = Path(sys.argv[1]) / "packed"
packed.mkdir()
writer = gguf.GGUFWriter(str(packed / "encoder.gguf"), "qwen3")
writer.add_block_count(1)
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("qwen2")
writer.add_token_list(tokens)
writer.add_token_types([kinds.CONTROL if token in special else kinds.NORMAL for token in tokens])
writer.add_token_merges([" ".join(pair) for pair in json.loads(made.to_str())["model"]["merges"]])
writer.add_eos_token_id(numbers["<|im_end|>"])
writer.add_pad_token_id(numbers["<|endoftext|>"])
writer.add_tensor("token_embd.weight", np.zeros((len(tokens), 4), np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

of_folder = AutoTokenizer.from_pretrained(folder)
of_gguf = AutoTokenizer.from_pretrained(packed, gguf_file="encoder.gguf")

composed, decomposed = "caf\u00e9", "cafe\u0301"


def tokens_of(tokenizer: AutoTokenizer) -> tuple[list[int], list[int]]:
    return tokenizer(composed)["input_ids"], tokenizer(decomposed)["input_ids"]


print("folder", of_folder.backend_tokenizer.normalizer, tokens_of(of_folder))
print("gguf", of_gguf.backend_tokenizer.normalizer, tokens_of(of_gguf))
assert type(of_folder) is type(of_gguf)
together, apart = tokens_of(of_folder)
assert together == apart
together_packed, apart_packed = tokens_of(of_gguf)
assert together_packed == together
assert of_gguf.backend_tokenizer.normalizer is None and len(apart_packed) > len(apart)
PYTHON

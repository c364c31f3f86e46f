"""The tokenizer: finds the known words in a prompt and leaves out the rest."""

import re

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from tools.tiny_model.world.words import IDEAS, numbers, spellings

PAD, UNKNOWN, START, END = SPECIAL = ("<|endoftext|>", "<|unk|>", "<|im_start|>", "<|im_end|>")
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['content'] }}<|im_end|>{% endfor %}"
MAX_LENGTH = 512


def vocabulary() -> list[tuple[str, int]]:
    """Every spelling with the row of the training embedding that it shares, the special tokens first."""
    spelled = [(word, row) for row, word in enumerate(SPECIAL)]
    for idea, number in IDEAS.items():
        spelled += [(spelling, len(SPECIAL) + number) for spelling in spellings(idea)]
    return spelled


def _pattern(words: list[str]) -> str:
    """A pattern that finds the longest known word; a Latin one only where it is a whole word."""
    longest_first = sorted(words, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in longest_first if word[0].isascii() and word[0].isalnum())
    other = "|".join(re.escape(word) for word in longest_first if not (word[0].isascii() and word[0].isalnum()))
    return f"(?<![a-z0-9])(?:{latin})(?![a-z0-9])|{other}"


def build_tokenizer() -> PreTrainedTokenizerFast:
    """Build it; prompts are given through a one-line chat template, as for the large model."""
    words = [word for word, _ in vocabulary()]
    assert len(set(words)) == len(words), "a spelling has two ideas"
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(words)}, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    known = Regex(_pattern(words[len(SPECIAL) :]))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(known, behavior="removed", invert=True)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, unk_token=UNKNOWN, pad_token=PAD, eos_token=END,
        additional_special_tokens=[START, END], padding_side="right", model_max_length=MAX_LENGTH,
    )  # fmt: skip
    fast.chat_template = TEMPLATE
    return fast


def rows(caption: str) -> list[int]:
    """The rows of the training embedding for a training caption, as the pipelines would frame it."""
    start, end = SPECIAL.index(START), SPECIAL.index(END)
    return [start, *(len(SPECIAL) + number for number in numbers(caption)), end]


ROWS = len(SPECIAL) + len(IDEAS)

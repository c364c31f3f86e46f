"""Prompt embeddings, kept: the same words are read once."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from backend.domain.errors import InvalidRequest, Problem

if TYPE_CHECKING:
    from torch import Tensor

MOST_KEPT = 256
"""60 tokens of the real model's 2560 numbers take 0.3 MB in bf16."""
USUAL_TOKENS = 512
"""What the pipelines pad to on their own."""


class PromptCache:
    """The last embeddings by prompt; each is a tensor [tokens, features] on the device."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._kept: OrderedDict[tuple[str, Hashable], Tensor] = OrderedDict()

    def embed(self, prompt: str, worn: Hashable = None) -> "Tensor":
        """Return the prompt's embedding; raise `InvalidRequest` where it has more tokens than the model reads.

        `worn` is what the text encoder wears now, and reads the words with.
        """
        key = (prompt, worn)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        length = self._length(prompt)
        embeddings, _ = self._pipe.encode_prompt(
            prompt, do_classifier_free_guidance=False, max_sequence_length=max(length, USUAL_TOKENS)
        )
        self._kept[key] = embeddings[0]
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return self._kept[key]

    def forget(self) -> None:
        """Let go of all embeddings."""
        self._kept.clear()

    def _length(self, prompt: str) -> int:
        tokenizer = self._pipe.tokenizer
        message = [{"role": "user", "content": prompt}]
        text = tokenizer.apply_chat_template(message, tokenize=False, add_generation_prompt=True, enable_thinking=True)
        length = len(tokenizer(text).input_ids)
        # Captions are padded to 32 tokens, and the image's own positions begin one behind them.
        most = self._pipe.transformer.config.axes_lens[0] - 32
        if length > most:
            raise InvalidRequest([Problem("prompt", f"has {length} tokens; this model reads {most}. Shorten it.")])
        return length

"""How long a prompt is in the model's own tokens, counted without torch; estimated where its tokenizer isn't here."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2.sandbox import ImmutableSandboxedEnvironment

if TYPE_CHECKING:
    from tokenizers import Tokenizer

REAL_LIMIT = 1504
"""Of Z-Image-Turbo: its `axes_lens[0]`, 1536 places for the caption, less the 32 that it is padded by."""
_PADDING = 32
"""A caption fills whole groups of so many tokens, as in diffusers' Z-Image transformer (`SEQ_MULTI_OF`)."""
_FRAME = 8
"""Tokens of the chat template around a prompt, in Z-Image's tokenizer (Qwen's)."""
_SIGN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_SIGNS_A_TOKEN, _LETTERS_A_TOKEN = 1.5, 4.2
"""Roughly, for Qwen's vocabulary: Chinese signs, and letters of English text with its spaces."""


@dataclass(frozen=True, slots=True)
class TokenCount:
    """The tokens of a prompt with the template around it, and how many the model reads; `exact` or estimated."""

    tokens: int
    limit: int
    exact: bool
    beyond: str = ""
    """The part of the prompt that lies behind the limit."""

    @property
    def fits(self) -> bool:
        """Whether the model reads all of it."""
        return self.tokens <= self.limit


class TokenCounter:
    """Counts for the model in `folder` (its `tokenizer` and `transformer`), or estimates for the real one."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder if folder and (folder / "tokenizer" / "tokenizer.json").exists() else None

    def count(self, prompt: str) -> TokenCount:
        """Return how long the prompt is."""
        if self.folder is None:
            return TokenCount(_estimate(prompt), REAL_LIMIT, exact=False, beyond=_estimated_beyond(prompt))
        framed = self._template.render(
            messages=[{"role": "user", "content": prompt}], add_generation_prompt=True, enable_thinking=True
        )
        encoded = self._tokenizer.encode(framed)
        over = len(encoded) - self._limit
        beyond = _beyond(prompt, framed, encoded.offsets, over) if over > 0 else ""
        return TokenCount(len(encoded), self._limit, exact=True, beyond=beyond)

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        # Late, since only a playground with the local model has it installed.
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._path("tokenizer", "tokenizer.json")))

    @cached_property
    def _template(self) -> Any:
        own = self._path("tokenizer", "chat_template.jinja")
        config = self._path("tokenizer", "tokenizer_config.json")
        text = own.read_text("utf-8") if own.exists() else json.loads(config.read_text("utf-8"))["chat_template"]
        return ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True).from_string(text)

    @cached_property
    def _limit(self) -> int:
        config = json.loads(self._path("transformer", "config.json").read_text("utf-8"))
        return int(config["axes_lens"][0]) - _PADDING

    def _path(self, *parts: str) -> Path:
        assert self.folder is not None
        return self.folder.joinpath(*parts)


def _beyond(prompt: str, framed: str, offsets: Sequence[tuple[int, int]], over: int) -> str:
    """Return the end of the prompt that its last `over` tokens spell; `offsets` are places in the framed text."""
    begin = framed.rfind(prompt.strip())
    end = begin + len(prompt.strip())
    starts = [start for start, stop in offsets if begin <= start < end and stop > start]
    return framed[starts[max(0, len(starts) - over)] : end] if begin >= 0 and starts else ""


def _estimated_beyond(prompt: str) -> str:
    length: float = _FRAME
    for place, letter in enumerate(prompt):
        length += 1 / (_SIGNS_A_TOKEN if _SIGN.match(letter) else _LETTERS_A_TOKEN)
        if length >= REAL_LIMIT + 1:
            return prompt[place:]
    return ""


def _estimate(prompt: str) -> int:
    signs = len(_SIGN.findall(prompt))
    return _FRAME + round(signs / _SIGNS_A_TOKEN + (len(prompt) - signs) / _LETTERS_A_TOKEN)

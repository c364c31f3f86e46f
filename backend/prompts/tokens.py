"""How long a prompt is in the model's own tokens, counted without torch; estimated where its tokenizer isn't here."""

import json
import re
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
            return TokenCount(_estimate(prompt), REAL_LIMIT, exact=False)
        framed = self._template.render(
            messages=[{"role": "user", "content": prompt}], add_generation_prompt=True, enable_thinking=True
        )
        return TokenCount(len(self._tokenizer.encode(framed)), self._limit, exact=True)

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


def _estimate(prompt: str) -> int:
    signs = len(_SIGN.findall(prompt))
    return _FRAME + round(signs / _SIGNS_A_TOKEN + (len(prompt) - signs) / _LETTERS_A_TOKEN)

"""The tokenizer from where it lies: a folder, ComfyUI's own, or the metadata of a text encoder's GGUF file."""

from pathlib import Path
from typing import Any


def read_tokenizer(place: Path, folder: Path) -> Any:
    """Return the tokenizer at `place`, framing prompts as the model in `folder` was taught to read them.

    Qwen's tokenizers all spell alike, but the frame around a prompt (the chat template) is each model's own: that of
    Qwen 2.5, which ComfyUI has, begins with a greeting by the system.
    """
    from tokenizers.normalizers import NFC
    from transformers import AutoTokenizer

    where, file = (place.parent, {"gguf_file": place.name}) if place.is_file() else (place, {})
    tokenizer = AutoTokenizer.from_pretrained(where, local_files_only=True, **file)
    if file:
        # transformers (5.23) builds it as GPT-2's, which leaves letters and their accents apart; Qwen's joins them.
        tokenizer.backend_tokenizer.normalizer = NFC()
    template = folder / "chat_template.jinja"
    if template.exists():
        tokenizer.chat_template = template.read_text("utf-8")
    return tokenizer

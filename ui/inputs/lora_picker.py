"""The LoRAs to choose among: what the dialog of `loras.js` shows is asked for when it opens."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import JsonValue

from backend.domain.errors import BadImage
from backend.images.incoming import opened
from backend.images.small_copy import small_copy
from backend.playground import Playground
from ui.events.options import on_load

PIXELS = 240
"""Of the longer side of a card's picture."""


def lora_picker(playground: Playground) -> gr.HTML:
    """Lay out the component that nobody sees, through which the dialog asks."""
    asked: dict[str, Any] = {"js_on_load": on_load("loras"), "server_functions": list(_answers(playground))}
    return gr.HTML("", html_template="", apply_default_css=False, visible="hidden", elem_id="loras-known", **asked)


def _answers(playground: Playground) -> tuple[Callable[[JsonValue], Any], ...]:
    def lora_cards(name: JsonValue) -> list[dict[str, Any]] | None:
        """Return the cards of a backend's LoRAs; None of one that has identifiers of its own for them."""
        backend = playground.backends.get(name) if isinstance(name, str) else None
        cards = backend.lora_cards() if backend else None
        return None if cards is None else [asdict(card) for card in cards]

    def lora_picture(named: JsonValue) -> str:
        """Return the picture of `[backend, LoRA]` as a small JPEG in a `data:` URL, empty where there is none."""
        match named:
            case [str(name), str(lora)] if name in playground.backends:
                path = playground.backends[name].lora_picture(lora)
                return _small(path) if path else ""
        return ""

    return lora_cards, lora_picture


def _small(path: Path) -> str:
    try:
        with opened(path) as picture:
            return f"data:image/jpeg;base64,{b64encode(small_copy(picture, PIXELS)).decode()}"
    except (BadImage, OSError):
        return ""

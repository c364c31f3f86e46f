"""The page's languages: English as it is written in the code, others from one table whose keys are the English words.

The browser puts the words in; the table travels only to a page that is not in English.
"""

import json
from collections.abc import Mapping
from typing import Any

import gradio as gr

from backend.library.shipped import FOLDER
from ui.events.options import on_load

TABLE = FOLDER / "words.json"
_BUTTON = '<button type="button" translate="no" lang="zh-Hans">中文</button>'


def words(language: object) -> Mapping[str, str]:
    """Return the words of a language by the English ones; `%1` to `%9` stand for what is filled in."""
    table: Mapping[str, Mapping[str, str]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table.get(str(language), {})


def language_switch() -> gr.HTML:
    """Lay out the button that turns the page into the other language; the browser's own is the first."""
    script: dict[str, Any] = {"js_on_load": on_load("language"), "server_functions": [words]}
    return gr.HTML(_BUTTON, elem_id="language", apply_default_css=False, **script)

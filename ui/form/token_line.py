"""The line under a long prompt: its length in the model's tokens, and what lies behind the limit."""

from dataclasses import dataclass
from typing import Any

import gradio as gr
from markupsafe import Markup

from backend.domain.errors import InvalidRequest
from backend.playground import Playground
from backend.prompts.tokens import TokenCount
from ui.events.options import QUIET, on_load
from ui.events.wires import Wires
from ui.form.library import Library
from ui.serving.caller import caller_of

_MOST_SHOWN = 120
_FITS = Markup('<p class="hint">{sign}{tokens} of {limit} tokens</p>')
_TOO_LONG = Markup(
    '<p class="hint over" role="status">{sign}{tokens} tokens; the model reads {limit}. Beyond that: '
    '<q translate="no">{beyond}</q></p>'
)


def token_line() -> gr.HTML:
    """Lay out the line; it stays empty under a short prompt."""
    script = on_load("tokens", "count")
    return gr.HTML("", elem_id="tokens", js_on_load=script, apply_default_css=False)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """Counts while the visitor pauses in writing a long prompt."""

    playground: Playground
    library: Library
    line: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Answer the browser's script, which asks where the prompt is long; the watch over the form wakes it."""
        counted = wires.only("prompt", "styles", "backend")
        self.line.count(self.count, None, self.line, inputs_kwargs=counted, preprocess=False, queue=False, **QUIET)

    def count(self, request: gr.Request, **values: Any) -> str:
        """Return the line for this prompt with the words of its styles."""
        caller = caller_of(self.playground, request)
        prompt = str(values.get("prompt") or "")
        try:
            prompt, _ = self.library.styled(caller, values.get("styles") or (), prompt, "")
        except InvalidRequest:  # A style that is gone: Generate names it.
            return ""
        return line_html(self.playground.choose(str(values.get("backend") or "auto")).count_tokens(prompt))


def line_html(count: TokenCount) -> str:
    """Return the count against the limit; an estimate wears `≈`."""
    sign = "" if count.exact else "≈ "
    if count.fits:
        return str(_FITS.format(sign=sign, tokens=count.tokens, limit=count.limit))
    beyond = count.beyond if len(count.beyond) <= _MOST_SHOWN else f"{count.beyond[:_MOST_SHOWN]}…"
    return str(_TOO_LONG.format(sign=sign, tokens=count.tokens, limit=count.limit, beyond=beyond))

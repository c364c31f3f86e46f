"""The exact price of what the form asks for, from the provider, where that can be asked without buying."""

import gradio as gr
from markupsafe import Markup
from pydantic import JsonValue

from backend.domain.errors import PlaygroundError
from backend.generation.pricing import exact_price_of
from ui.events.options import QUIETLY, How
from ui.events.updates import Update, Updates
from ui.events.wires import Wires
from ui.inputs.panel import spread
from ui.look import words
from ui.runs.generate_button import PRICE_PROMPT
from ui.runs.runner import Runner
from ui.serving.caller import caller_of

TOLD = Markup('<p class="hint" role="status">{} says exactly {}; nothing was billed for asking.</p>')


class ExactPrice:
    """Answers the button, in the line under Generate; the next change of the form brings the estimate back."""

    def __init__(self, runner: Runner, button: gr.Button) -> None:
        self.runner = runner
        self.button = button

    def connect(self, wires: Wires) -> None:
        """Wire the question."""
        how: How = {"preprocess": False, "trigger_mode": "once", "inputs_kwargs": wires.but(), **QUIETLY}
        shown: How = {**how, "show_progress": "minimal", "show_progress_on": None}
        left = self.runner.outputs.left
        self.button.click(self.ask, None, left, **shown)

    def ask(self, request: gr.Request, **values: JsonValue) -> Updates:
        """Return the price, or why there is none."""
        playground, caller = self.runner.playground, caller_of(self.runner.playground, request)
        values = spread(values)
        values["prompt"] = str(values.get("prompt") or "").strip() or PRICE_PROMPT
        try:
            asked = self.runner.asked(values, caller)
            exact = exact_price_of(playground, caller, asked.backend, asked.laid)
            said = TOLD.format(asked.backend.label, words.dollars(exact))
        except PlaygroundError as error:
            said = Markup('<p class="hint" role="status">{}</p>').format(words.sentence(error))
        return {self.runner.outputs.left: gr.update(value=str(said), visible=True)}

    def fit(self, backend: str) -> Update:
        """Show the button where the chosen backend can be asked."""
        return gr.update(visible=self.runner.playground.choose(backend).exact_prices)

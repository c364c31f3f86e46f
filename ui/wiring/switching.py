"""Makes the form what the chosen backend takes, and says what changed and what is lacking."""

from collections.abc import Mapping

import gradio as gr
from gradio.blocks import Block
from pydantic import JsonValue

from backend.domain.capabilities import Capabilities, Size
from backend.domain.requests import Mode
from backend.playground import Playground
from ui.events.updates import Update, Updates
from ui.form.backend_note import note_html
from ui.form.reading import fit
from ui.inputs.makers import maker_of, untouched
from ui.inputs.panel import lay
from ui.inputs.sizes import presets
from ui.layout.settings_area import SettingsArea


class Fitting:
    """Answers a change of backend."""

    def __init__(self, playground: Playground, tabs: Mapping[Mode, gr.Tab], settings: SettingsArea) -> None:
        self.playground = playground
        self.tabs = tabs
        self.settings = settings

    def outputs(self) -> list[Block]:
        """Return what `fit` changes."""
        settings = self.settings
        return [
            *dict.fromkeys(settings.fitted().values()),
            *self.tabs.values(),
            settings.note,
            settings.controls,
        ]

    def fit(
        self, backend: str, before: str, values: Mapping[str, JsonValue], laid: str = "", meant: str = ""
    ) -> tuple[Updates, dict[str, JsonValue]]:
        """Return the updates that fit the form to a backend, and the values as they are then.

        What the backend before had alike stays out: each update costs the browser a walk through the whole page. `laid`
        is what the form is fitted to now, and `meant` what its values began with, both as `maker_of` says it; of values
        that were brought back, nothing is known.
        """
        can, left = self.playground.choose(backend).capabilities, self._left(before, laid)
        changes, said = fit(can, values, untouched(meant))
        news = _news(changes, fit(left, values)[0] if left else {})
        for name, side in self._first_size(can, values, meant).items():
            news[name] = {**news.get(name, {}), "value": side}
        fitted = {**values, **{name: change["value"] for name, change in news.items() if "value" in change}}
        if left is None or presets(can) != presets(left):
            news["size"] = {"choices": presets(can)}
        updates = lay(self.settings.fitted(), news)
        note = note_html(can, said)
        updates |= {
            **self._modes(can, left),
            self.settings.note: gr.update(value=note, visible=bool(note)),
        }
        if left is None or can.most_controls != left.most_controls:
            updates[self.settings.controls] = gr.update(most=can.most_controls)
        return updates, fitted

    def _left(self, before: str, laid: str) -> Capabilities | None:
        known = self.playground.backends.get(before)
        if known is None or (laid and laid != maker_of(known)):
            return None  # Another model is at hand there by now.
        return known.capabilities

    def _first_size(self, can: Capabilities, values: Mapping[str, JsonValue], meant: str) -> dict[str, int]:
        """Return the backend's own first size where nobody chose one: another one's still stands there."""
        firsts = [_sides(each.capabilities.default_size) for each in self.playground.backends.values()]
        began = untouched(meant)
        now = (values.get("width"), values.get("height"))
        if now not in firsts and now != (began.get("width"), began.get("height")):
            return {}
        sides = dict(zip(("width", "height"), _sides(can.default_size), strict=True))
        return {name: side for name, side in sides.items() if side != values.get(name)}

    def _modes(self, can: Capabilities, left: Capabilities | None) -> Updates:
        return {
            tab: gr.update(interactive=mode in can.modes)
            for mode, tab in self.tabs.items()
            if left is None or (mode in can.modes) != (mode in left.modes)
        }


def _news(changes: Mapping[str, Update], known: Mapping[str, Update]) -> dict[str, Update]:
    """Return of these changes what isn't so already; a new value is always new."""
    news = {
        name: {key: value for key, value in change.items() if key == "value" or known.get(name, {}).get(key) != value}
        for name, change in changes.items()
    }
    return {name: change for name, change in news.items() if change}


def _sides(size: Size) -> tuple[int, int]:
    return size.width, size.height

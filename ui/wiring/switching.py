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

    def fit(self, backend: str, before: str, values: Mapping[str, JsonValue]) -> tuple[Updates, dict[str, JsonValue]]:
        """Return the updates that fit the form to a backend, and the values as they are then.

        What the backend before had alike stays out: each update costs the browser a walk through the whole page.
        """
        can, left = self.playground.choose(backend).capabilities, self._left(before)
        changes, said = fit(can, values)
        news = _news(changes, fit(left, values)[0] if left else {})
        for name, side in self._first_size(can, values).items():
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

    def _left(self, before: str) -> Capabilities | None:
        known = self.playground.backends.get(before)
        return known.capabilities if known else None

    def _first_size(self, can: Capabilities, values: Mapping[str, JsonValue]) -> dict[str, int]:
        """Return the backend's own first size where nobody chose one: that of some backend still stands there."""
        firsts = (_sides(each.capabilities.default_size) for each in self.playground.backends.values())
        if (values.get("width"), values.get("height")) not in list(firsts):
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

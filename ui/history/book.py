"""The prompt book in the history: the prompts that were used, each once, with what can be done with one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.records import RunImage
from backend.playground import Playground
from backend.prompts.grammar import escaped
from backend.record.book import NEWEST, Entry, Words
from backend.record.search import EVERYTHING, Search
from ui.events.updates import Updates
from ui.form.filling import Filling
from ui.inputs.panel import lay
from ui.runs.cards import tile_picture
from ui.runs.image_actions import Act
from ui.serving.served import Served

MOST_SEEN = 240
"""Characters of a prompt that is shown whole; a longer one opens."""
_NONE = Markup('<p class="quiet">No prompt yet: each that you draw is noted here.</p>')
_NONE_STARRED = Markup('<p class="quiet">No starred prompt: the star beside a prompt keeps it here for good.</p>')
_NONE_FORGOTTEN = Markup('<p class="quiet">No forgotten prompt.</p>')
_NONE_FOUND = Markup('<p class="quiet">No prompt of yours fits this search.</p>')
_OLDER = Markup('<p class="quiet">These are the prompts of the {} newest runs; a search finds older ones.</p>')
_LIST = Markup('<ul class="book">{}</ul>')
_ENTRY = Markup(
    '<li class="noted {on}" data-digest="{digest}" data-run="{run}">{picture}'
    '<div class="noted-words">{prompt}{negative}<p class="facts">{facts}</p></div>'
    '<div class="noted-acts">{buttons}</div></li>'
)
_PROMPT = Markup('<p class="prompt" translate="no">{}</p>')
_LONG = Markup('<details class="prompt"><summary translate="no">{}</summary></details>')
_NEGATIVE = Markup('<p class="negative"><span>Negative prompt</span> <span translate="no">{}</span></p>')
_USED_ONCE = Markup('<span class="fact">used once</span>')
_USED = Markup('<span class="fact">used {} times</span>')
_LAST = Markup('<span class="fact">last on {}</span>')
_KEPT = Markup('<span class="fact">kept by its star</span>')
_BUTTONS = Markup(
    '<button type="button" class="use" data-act="use" title="Put this prompt into the form">Use</button>'
    '<button type="button" data-act="{wish}" aria-pressed="{on}" aria-label="Star" title="Keep this prompt for good">'
    "{star}</button>"
    '<button type="button" data-act="forget-prompt" aria-label="Forget" title="Forget this prompt; its pictures stay">'
    "✕</button>"
)
_BRING_BACK = Markup('<button type="button" class="use" data-act="recall-prompt">Bring back</button>')
_NO_PICTURE = Markup('<span class="picture none" aria-hidden="true"></span>')
_FORGOTTEN = Markup(
    '<p class="undo" data-digest="{}" role="status">The prompt is forgotten until it is used again; its pictures stay. '
    '<button type="button" class="small" data-act="recall-prompt">Undo</button></p>'
)
_IN_THE_FORM = Markup(
    '<p class="undo" role="status">The prompt of the book is in the form. '
    '<button type="button" class="small" data-act="unuse" data-words="{}" data-negative="{}" data-styles="{}">'
    "Undo</button></p>"
)


@dataclass(frozen=True, slots=True)
class BookShelf:
    """Shows a visitor's prompts in the place of their pictures."""

    playground: Playground
    served: Served

    def look(self, caller: Caller, search: Search, limit: int) -> tuple[Markup, bool]:
        """Return the prompts that the search finds, newest use first, as HTML, and whether there are more."""
        whose = self.playground.shown_to(caller.visitor)
        found = self.playground.prompt_book.page(whose, search, limit=limit)
        if not found.shown:
            return _nothing(search), False
        entries = Markup("").join(self._entry(each, caller, forgotten=search.trash) for each in found.shown)
        older = _OLDER.format(f"{NEWEST:,}") if found.older and not found.more else Markup("")
        return _LIST.format(entries) + older, found.more

    def _entry(self, entry: Entry, caller: Caller, *, forgotten: bool) -> Markup:
        words = entry.words
        buttons = _BUTTONS.format(
            wish="unstar-prompt" if entry.starred else "star-prompt",
            on="true" if entry.starred else "false",
            star="★" if entry.starred else "☆",
        )
        return _ENTRY.format(
            on="on" if entry.starred else "",
            digest=words.digest,
            run=entry.run_id,
            picture=self._picture(entry.image, caller, words.prompt),
            prompt=(_PROMPT if len(words.prompt) <= MOST_SEEN else _LONG).format(words.prompt),
            negative=_NEGATIVE.format(words.negative) if words.negative else "",
            facts=_facts(entry),
            buttons=_BRING_BACK if forgotten else buttons,
        )

    def _picture(self, image: RunImage | None, caller: Caller, prompt: str) -> Markup:
        if image is None:
            return _NO_PICTURE
        try:
            self.served.thumbnail(image.sha256, caller.visitor)
        except PlaygroundError:  # The pictures' own view says why; the words are what is looked for here.
            return _NO_PICTURE
        return tile_picture(self.served, image, caller.visitor, prompt)


@dataclass(frozen=True, slots=True)
class BookActs:
    """Answers the buttons of the book; `note` stands under the form, `undo` over the history."""

    playground: Playground
    filling: Filling
    note: gr.HTML
    undo: gr.HTML

    def acts(self) -> dict[str, Act]:
        """Return what answers each button, by the name of its act."""
        return {
            "use": self.use,
            "unuse": self.put_back,
            "star-prompt": self.star,
            "unstar-prompt": self.unstar,
            "forget-prompt": self.forget,
            "recall-prompt": self.recall,
        }

    def use(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Put the words into the form, where they mean themselves alone, and offer what stood there before."""
        words = self._words(given, caller)
        laid = self._laid(escaped(words.prompt), escaped(words.negative), [])
        before = _IN_THE_FORM.format(*(given.get(name, "") for name in ("words", "negative", "styles")))
        return {**laid, self.note: gr.update(value=str(before), visible=True)}

    def put_back(self, given: Mapping[str, str], _: Caller) -> Updates:
        """Bring back what stood in the form before."""
        laid = self._laid(given.get("words", ""), given.get("negative", ""), _names(given.get("styles", "")))
        return {**laid, self.note: gr.update(value="", visible=False)}

    def star(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Keep a prompt for good."""
        self.playground.prompt_book.star(caller.visitor, self._words(given, caller))
        return {}

    def unstar(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Keep a prompt no longer than its runs."""
        self.playground.prompt_book.unstar(caller.visitor, _digest(given))
        return {}

    def forget(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Take a prompt out of the book, and offer to bring it back."""
        self._words(given, caller)
        self.playground.prompt_book.forget(caller.visitor, _digest(given))
        return {self.undo: gr.update(value=str(_FORGOTTEN.format(_digest(given))), visible=True)}

    def recall(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Bring a forgotten prompt back."""
        self.playground.prompt_book.recall(caller.visitor, _digest(given))
        return {self.undo: gr.update(visible=False)}

    def _words(self, given: Mapping[str, str], caller: Caller) -> Words:
        run_id = given.get("run", "")
        whose = self.playground.whose(run_id, caller.visitor)
        return self.playground.prompt_book.words(caller.visitor, _digest(given), run_id, whose)

    def _laid(self, prompt: str, negative: str, styles: list[str]) -> Updates:
        values = {"prompt": prompt, "negative_prompt": negative, "styles": styles}
        return lay(self.filling.controls, {name: {"value": value} for name, value in values.items()})


def _facts(entry: Entry) -> Markup:
    if entry.last is None:
        return _KEPT
    used = Markup("") if entry.uses is None else _USED_ONCE if entry.uses == 1 else _USED.format(entry.uses)
    return used + _LAST.format(f"{entry.last:%Y-%m-%d}")


def _nothing(search: Search) -> Markup:
    known = {EVERYTHING: _NONE, Search(favourites=True): _NONE_STARRED, Search(trash=True): _NONE_FORGOTTEN}
    return known.get(search, _NONE_FOUND)


def _digest(given: Mapping[str, str]) -> str:
    return given.get("digest", "")[:64]


def _names(text: str) -> list[str]:
    """Return the styles that a browser says were chosen."""
    try:
        names = json.loads(text)
    except ValueError:
        return []
    return [str(name) for name in names] if isinstance(names, list) else []

"""A new text beside the old one, with what a visitor has to know of it."""

from dataclasses import dataclass
from typing import Any

from backend.prompt_helper.kept_words import Checked, check_kept
from backend.prompt_helper.language import script_of
from backend.prompt_helper.prices import Cost
from backend.prompt_helper.replies import Words
from backend.prompt_helper.server import Server


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A new text beside the old one; nothing takes it over but the visitor.

    `before` is empty for a description. `put_back` is what the model had lost of what has to stay; `added` are quotes
    and marks of its own; `other_language` and `cut` say that it answered in another script, and not to its end.
    """

    text: str
    before: str
    host: str
    model: str
    cost: Cost
    put_back: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    other_language: bool = False
    cut: bool = False


def suggestion(server: Server, words: Words, cost: Cost, before: str) -> Suggestion:
    """Return an answer beside the text that it stands for, checked for what had to stay."""
    checked = check_kept(before, words.text) if before else Checked(words.text)
    was, now = script_of(before), script_of(words.text)
    return Suggestion(
        checked.text,
        before,
        server.host,
        server.model,
        cost,
        checked.put_back,
        checked.added,
        other_language=bool(was and now and was != now),
        cut=words.cut,
    )


def suggestion_json(found: Suggestion) -> dict[str, Any]:
    """Return a suggestion as JSON; an unknown cost (USD) is null, and `before` is empty for a description."""
    usd = found.cost.usd
    return {
        "text": found.text,
        "before": found.before,
        "host": found.host,
        "model": found.model,
        "cost_usd": None if usd is None else float(usd),
        "cost_kind": found.cost.kind,
        "put_back": list(found.put_back),
        "added": list(found.added),
        "other_language": found.other_language,
        "cut": found.cut,
    }

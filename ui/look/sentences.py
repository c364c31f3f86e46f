"""Sentences as HTML, and the card of an error."""

from collections.abc import Mapping

from markupsafe import Markup, escape

from backend.domain.errors import Billed, InvalidRequest, PlaygroundError
from ui.look import words
from ui.look.field_titles import field_title, in_page_words


def code_marked(text: str) -> Markup:
    """Return a sentence with what stands between back-ticks set as code."""
    parts = [
        escape(part) if index % 2 == 0 else Markup("<code>{}</code>").format(part)
        for index, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def error_card(error: PlaygroundError, *, bills: Mapping[Billed, str] | None = words.BILLED) -> Markup:
    """Return an error as a card: what happened, whether it was billed (in the words of `bills`), and what to do."""
    if isinstance(error, InvalidRequest):
        rows = Markup("").join(
            Markup("<li><b>{}</b> <span>{}</span></li>").format(
                field_title(problem.field), code_marked(in_page_words(problem.message))
            )
            for problem in error.problems
        )
        body = Markup("<ul>{}</ul>").format(rows)
    else:
        body = Markup("<p>{}</p>").format(code_marked(in_page_words(str(error))))
    told = bills and Markup('<p class="billed billed-{}">{}</p>').format(error.billed, bills[error.billed])
    card = Markup('<section class="problem" role="alert"><h3>{}</h3>{}{}</section>')
    return card.format(words.error_title(error), body, told or "")

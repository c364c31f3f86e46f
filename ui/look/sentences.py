"""Sentences as HTML."""

from markupsafe import Markup, escape


def code_marked(text: str) -> Markup:
    """Return a sentence with what stands between back-ticks set as code."""
    parts = [
        escape(part) if index % 2 == 0 else Markup("<code>{}</code>").format(part)
        for index, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)

"""In which language a page is said that has no script: the one that its address or the browser asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from starlette.requests import Request

from ui.head.languages import words

LANGUAGE = "language"
"""The parameter of the page's address that names its language."""
ENGLISH, CHINESE = "en", "zh-Hans"
_WISH = re.compile(r"\s*(?P<name>[\w*-]{1,20})\s*(?:;\s*q=(?P<weight>[01](?:\.\d{0,3})?))?\s*", re.ASCII)
_MOST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Speech:
    """A language, and its words by the English ones."""

    language: str
    table: Mapping[str, str]

    @property
    def other(self) -> tuple[str, str]:
        """Return the language that the page offers instead, and what that is called in it."""
        return (CHINESE, "中文") if self.language == ENGLISH else (ENGLISH, "English")

    def say(self, english: str, *values: object) -> str:
        """Return a text in this language, with the values where `%1`, `%2` … stand."""
        text = self.table.get(english, english)
        return re.sub(r"%(\d)", lambda place: str(values[int(place[1]) - 1]), text)


def speech_for(request: Request) -> Speech:
    """Return the language of a request's answer: by `?language=`, else by `Accept-Language` (RFC 9110, 12.5.4)."""
    named = request.query_params.get(LANGUAGE)
    language = named if named in (ENGLISH, CHINESE) else _wished(request.headers.get("accept-language", ""))
    return Speech(language, _table(language))


def _wished(header: str) -> str:
    found: list[tuple[float, str]] = []
    for part in header[:_MOST_HEADER].split(","):
        wish = _WISH.fullmatch(part)
        language = wish and _known(wish["name"].lower())
        if wish and language:
            found.append((float(wish["weight"] or 1), language))
    return max(found, key=lambda each: each[0], default=(0.0, ENGLISH))[1]


def _known(name: str) -> str | None:
    return {"zh": CHINESE, "en": ENGLISH}.get(name.partition("-")[0])


@cache
def _table(language: str) -> Mapping[str, str]:
    return MappingProxyType(dict(words(language)))

"""The grammar of dynamic prompts, as the field writes them.

`{a|b}` chooses one, `{3::a|b}` prefers a three to one, `{2$$a|b|c}` chooses two, `{1-2$$ and $$a|b}` one or two
joined by " and ", `__name__` takes a line of a list. Braces without a `|` or `$$` of their own are only braces (prompts
may be JSON), and a backslash before `{`, `|`, `}` or `_` makes it an ordinary sign.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend.domain.errors import InvalidRequest, Problem
from backend.prompts.variables import names_in

MOST_CHARACTERS = 20_000
MOST_DEPTH = 12
_WILDCARD = re.compile(r"__([\w-]{1,64}?)__")
_WEIGHT = re.compile(r"\s*(\d{1,6}(?:\.\d{1,4})?)::")
_COUNT = re.compile(r"\s*(\d{1,2})(?:-(\d{1,2}))?\Z")
_PLAIN = re.compile(r"[^\\{_]*")
_ESCAPED = frozenset("{|}_\\")
_SIGNS = re.compile(r"\{|_(?=_)|\\(?=[{|}_\\])")
"""What may mean something: without an open brace, neither a bar nor a closing one does."""


@dataclass(frozen=True, slots=True)
class Wildcard:
    """A line of the list of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """From `least` to `most` of the options, joined; each option with its weight."""

    options: tuple["Pieces", ...]
    weights: tuple[float, ...]
    least: int = 1
    most: int = 1
    joiner: str = ", "


Piece = str | Wildcard | Choice
Pieces = tuple[Piece, ...]


def parse(text: str) -> Pieces:
    """Read a text; raise `InvalidRequest` where it is too long or nested too deeply. Open braces are only braces."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest([Problem("prompt", f"has {len(text)} characters; at most {MOST_CHARACTERS} are read.")])
    return _Reader(text, _pairs(text)).read(0, len(text), 0)


def escaped(text: str) -> str:
    """Return a text that is read as this one, letter by letter: for what was chosen, or filled in, already."""
    try:
        pieces = parse(text)
        plain = all(isinstance(piece, str) for piece in pieces) and "".join(map(str, pieces)) == text
    except InvalidRequest:
        plain = False
    return text if plain and not names_in(text) else _SIGNS.sub(r"\\\g<0>", text)


def _pairs(text: str) -> dict[int, int]:
    """Return where each opened brace closes, found in one pass."""
    pairs, opened, position = {}, [], 0
    while position < len(text):
        sign = text[position]
        if sign == "\\" and text[position + 1 : position + 2] in _ESCAPED:
            position += 1
        elif sign == "{":
            opened.append(position)
        elif sign == "}" and opened:
            pairs[opened.pop()] = position
        position += 1
    return pairs


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    pairs: dict[int, int]

    def read(self, start: int, end: int, depth: int) -> Pieces:
        """Read `text[start:end]`; raise `InvalidRequest` where its braces nest too deep."""
        if depth > MOST_DEPTH:
            raise InvalidRequest([Problem("prompt", f"nests braces deeper than {MOST_DEPTH}; make it flatter.")])
        pieces: list[Piece] = []
        position = start
        while position < end:
            piece, position = self._piece(position, end, depth)
            if isinstance(piece, tuple):
                pieces.extend(piece)
            elif isinstance(piece, str) and pieces and isinstance(pieces[-1], str):
                pieces[-1] += piece
            else:
                pieces.append(piece)
        return tuple(pieces)

    def _piece(self, position: int, end: int, depth: int) -> tuple[Piece | Pieces, int]:
        sign = self.text[position]
        if sign == "\\" and position + 1 < end and self.text[position + 1] in _ESCAPED:
            return self.text[position + 1], position + 2
        if sign == "_" and (found := _WILDCARD.match(self.text, position, end)):
            return Wildcard(found[1]), found.end()
        close = self.pairs.get(position) if sign == "{" else None
        if close is not None and close < end:
            return self._braces(position, close, depth), close + 1
        plain = _PLAIN.match(self.text, position + 1, end)
        assert plain, "it also matches nothing at all"
        return self.text[position : plain.end()], plain.end()

    def _braces(self, opened: int, close: int, depth: int) -> Piece | Pieces:
        bars = list(self._marks(opened + 1, close, "|"))
        counted = self._counted(opened + 1, bars[0] if bars else close)
        if not bars and counted is None:
            inner = self.read(opened + 1, close, depth + 1)
            return ("{", *inner, "}")
        least, most, joiner, first = counted or (1, 1, ", ", opened + 1)
        starts, ends = [first, *(bar + 1 for bar in bars)], [*bars, close]
        weighted = [self._option(start, end, depth) for start, end in zip(starts, ends, strict=True)]
        options, weights = zip(*weighted, strict=True)
        return Choice(options, weights, min(least, len(options)), min(most, len(options)), joiner)

    def _option(self, start: int, end: int, depth: int) -> tuple[Pieces, float]:
        found = _WEIGHT.match(self.text, start, end)
        pieces = self.read(found.end() if found else start, end, depth + 1)
        return pieces, float(found[1]) if found else 1.0

    def _counted(self, start: int, end: int) -> tuple[int, int, str, int] | None:
        """Read `2$$` or `1-3$$ and $$`; None where the braces begin otherwise."""
        marks = [mark for mark in self._marks(start, end, "$") if self.text.startswith("$$", mark)]
        found = _COUNT.match(self.text[start : marks[0]]) if marks else None
        if found is None:
            return None
        least, most = sorted((int(found[1]), int(found[2] or found[1])))
        behind = marks[0] + 2
        second = next((mark for mark in marks if mark >= behind), None)
        if second is None:
            return least, most, ", ", behind
        return least, most, self.text[behind:second], second + 2

    def _marks(self, start: int, end: int, wanted: str) -> Iterator[int]:
        """Yield where a sign stands at this level, outside inner braces and not escaped."""
        position = start
        while position < end:
            if self.text[position] == "\\":
                position += 2
                continue
            if self.text[position] == wanted:
                yield position
            position = self.pairs.get(position, position) + 1

"""From a dynamic prompt to plain ones: by chance with a seed, or all of them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import MAX_SEED
from backend.domain.requests import Request, of_image, seeds
from backend.prompts.grammar import MOST_CHARACTERS, Choice, Piece, Pieces, Wildcard, parse

Lists = Mapping[str, Sequence[str]]
"""The wildcards: the lines of each list by its name. A line may be dynamic itself."""

MOST_NESTED_LISTS = 8
MOST_PROMPTS = 1000
MOST_PARTS = 100
MOST_STEPS = 200_000
_TOO_MANY = "has more choices than can be followed; take some out, or make the lists flatter."


def expand(text: str, seed: int, lists: Lists) -> str:
    """Return the prompt that this seed draws; the same text, seed and lists always give the same.

    Raises `InvalidRequest` for a list that isn't there, lists that lead to themselves, and a result that grows long.
    """
    return _Drawing(seed, lists).text(parse(text), 0)


def all_of(text: str, lists: Lists, *, most: int = MOST_PROMPTS) -> list[str]:
    """Return every prompt that the text can become, in reading order; raise `InvalidRequest` above `most`."""
    found: list[str] = []
    for prompt in _Listing(lists).every(parse(text), 0):
        if len(found) == most:
            raise InvalidRequest([Problem("prompt", f"has more than {most} combinations; take some choices out.")])
        found.append(prompt)
    return found


def is_dynamic(text: str) -> bool:
    """Say whether the text has choices or wildcards."""
    return any(not isinstance(piece, str) for piece in parse(text))


def expand_request(request: Request, lists: Lists) -> tuple[Request, ...]:
    """Return what to run for a request whose seed is drawn: itself, or one request an image for a dynamic prompt.

    Image i keeps the seed plus i and draws its words from that seed, so that it equals the single image of its seed.
    """
    if not (is_dynamic(request.prompt) or is_dynamic(request.negative_prompt)):
        plain = {
            "prompt": expand(request.prompt, 0, lists),
            "negative_prompt": expand(request.negative_prompt, 0, lists),
        }
        return (_with(request, **plain),)
    return tuple(_of_one_image(of_image(request, index), seed, lists) for index, seed in enumerate(seeds(request)))


def _of_one_image(request: Request, seed: int, lists: Lists) -> Request:
    prompt, negative = (expand(text, seed, lists) for text in (request.prompt, request.negative_prompt))
    return _with(request, prompt=prompt, negative_prompt=negative, seed=min(seed, MAX_SEED), count=1)


def _with(request: Request, **changes: object) -> Request:
    return type(request).model_validate(request.model_dump() | changes)


class _Drawing:
    """Draws by a hash of the seed and the number of the throw: the same on every machine and version of Python."""

    def __init__(self, seed: int, lists: Lists) -> None:
        self.seed = seed
        self.lists = lists
        self.thrown = 0

    def text(self, pieces: Pieces, depth: int) -> str:
        drawn = "".join(self._piece(piece, depth) for piece in pieces)
        _refuse_long(drawn)
        return drawn

    def _piece(self, piece: Piece, depth: int) -> str:
        if isinstance(piece, str):
            return piece
        if isinstance(piece, Wildcard):
            lines = _lines(piece, self.lists, depth)
            return self.text(parse(lines[int(self._throw() * len(lines))]), depth + 1)
        many = piece.least + int(self._throw() * (piece.most - piece.least + 1))
        return piece.joiner.join(self.text(option, depth).strip() for option in self._options(piece, many))

    def _options(self, choice: Choice, many: int) -> Iterator[Pieces]:
        left = list(zip(choice.options, choice.weights, strict=True))
        for _ in range(many):
            total = sum(weight for _, weight in left)
            throw = self._throw() * total
            index = 0
            while index < len(left) - 1 and throw >= left[index][1]:
                throw -= left[index][1]
                index += 1
            yield left.pop(index)[0]

    def _throw(self) -> float:
        """Return the next number from 0 up to, not including, 1."""
        self.thrown += 1
        if self.thrown > MOST_STEPS:
            raise InvalidRequest([Problem("prompt", _TOO_MANY)])
        digest = hashlib.sha256(f"{self.seed}/{self.thrown}".encode()).digest()
        return int.from_bytes(digest[:6]) / 2**48


class _Listing:
    """Goes through every combination one by one, so that a thousand of a billion cost no more than a thousand."""

    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.steps = 0

    def every(self, pieces: Pieces, depth: int) -> Iterator[str]:
        return self._joined([partial(self._piece, piece, depth) for piece in pieces], "")

    def _piece(self, piece: Piece, depth: int) -> Iterator[str]:
        if isinstance(piece, str):
            yield piece
        elif isinstance(piece, Wildcard):
            for line in _lines(piece, self.lists, depth):
                yield from self.every(parse(line), depth + 1)
        else:
            for many in range(piece.least, piece.most + 1):
                for chosen in combinations(piece.options, many):
                    options = [partial(self._stripped, option, depth) for option in chosen]
                    yield from self._joined(options, piece.joiner)

    def _stripped(self, option: Pieces, depth: int) -> Iterator[str]:
        return (text.strip() for text in self.every(option, depth))

    def _joined(self, parts: Sequence[Callable[[], Iterator[str]]], joiner: str) -> Iterator[str]:
        """Yield every row that takes one text of each part; the last part changes fastest."""
        if len(parts) > MOST_PARTS:
            raise InvalidRequest([Problem("prompt", f"has more than {MOST_PARTS} choices in a row; take some out.")])
        if not parts:
            yield ""
            return
        for head in parts[0]():
            for tail in self._joined(parts[1:], joiner) if parts[1:] else ("",):
                self._count(head + tail)
                yield head + joiner + tail if parts[1:] else head

    def _count(self, text: str) -> None:
        self.steps += 1
        _refuse_long(text)
        if self.steps > MOST_STEPS:
            raise InvalidRequest([Problem("prompt", _TOO_MANY)])


def _lines(wildcard: Wildcard, lists: Lists, depth: int) -> Sequence[str]:
    lines = lists.get(wildcard.name)
    if not lines:
        known = ", ".join(f"__{name}__" for name in sorted(lists)) or "none yet"
        raise InvalidRequest(
            [
                Problem(
                    "prompt",
                    f"asks for the list __{wildcard.name}__; there are {known}. "
                    rf"Write \_\_{wildcard.name}\_\_ to mean the text itself.",
                )
            ]
        )
    if depth >= MOST_NESTED_LISTS:
        raise InvalidRequest([Problem("prompt", f"follows __{wildcard.name}__ in a circle; change one of its lines.")])
    return lines


def _refuse_long(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest([Problem("prompt", f"grows past {MOST_CHARACTERS} characters; take some choices out.")])

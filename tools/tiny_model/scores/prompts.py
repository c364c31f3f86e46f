"""Prompts for scoring, of combinations that were held out from training, with what should be seen."""

import itertools
from dataclasses import dataclass

import numpy as np

from tools.tiny_model.pictures.composition import COUNTS, PLACES, held_out
from tools.tiny_model.pictures.landscape import DWELLERS
from tools.tiny_model.pictures.objects import OBJECTS
from tools.tiny_model.pictures.shapes import SHAPES
from tools.tiny_model.world.palette import COLOURS, differ
from tools.tiny_model.world.words import spellings


@dataclass(frozen=True, slots=True)
class Wanted:
    """A prompt and what it asks for: (shape, colour, place) of each thing, and a style."""

    prompt: str
    background: str
    things: tuple[tuple[str, str, str], ...]
    style: str = ""


def article(words: str) -> str:
    """Put a or an before a noun."""
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def triples(names: tuple[str, ...], *, count: int, seed: int) -> list[tuple[str, str, str]]:
    """Held-out (thing, colour, background), shuffled."""
    every = itertools.product(names, COLOURS, COLOURS)
    kept = [
        (thing, colour, back) for thing, colour, back in every if differ(colour, back) and held_out(thing, colour, back)
    ]
    order = np.random.default_rng(seed).permutation(len(kept))
    return [kept[at] for at in itertools.islice(itertools.cycle(order), count)]


def shapes(count: int) -> list[Wanted]:
    """One plain shape in the middle."""
    return [
        Wanted(f"{article(f'{colour} {shape}')} on {article(back)} background", back, ((shape, colour, "center"),))
        for shape, colour, back in triples(SHAPES, count=count, seed=1)
    ]


def chinese(count: int) -> list[Wanted]:
    """The same in Chinese."""
    return [
        Wanted(f"{_chinese(back)}背景上的{_chinese(colour)}{_chinese(shape)}", back, ((shape, colour, "center"),))
        for shape, colour, back in triples(SHAPES, count=count, seed=2)
    ]


def _chinese(idea: str) -> str:
    return next(word for word in spellings(idea) if not word.isascii())


def things(count: int) -> list[Wanted]:
    """One object in the middle."""
    return [
        Wanted(f"{article(f'{colour} {thing}')} on {article(back)} background", back, ((thing, colour, "center"),))
        for thing, colour, back in triples(tuple(OBJECTS), count=count, seed=3)
    ]


STYLE_WORDS = {
    "ink": "ink drawing", "paper": "paper cut", "pixel": "pixel art", "neon": "neon", "flat": "flat poster",
}  # fmt: skip


def styled(count: int) -> list[Wanted]:
    """One object in the middle, in one of the styles that words choose."""
    wanted = []
    for at, (thing, colour, back) in enumerate(triples(tuple(OBJECTS), count=count, seed=7)):
        style = tuple(STYLE_WORDS)[at % len(STYLE_WORDS)]
        prompt = f"{article(f'{colour} {thing}')} on {article(back)} background, {STYLE_WORDS[style]}"
        wanted.append(Wanted(prompt, back, ((thing, colour, "center"),), style))
    return wanted


WHERE = {"grass": "on the grass", "snow": "in the snow", "desert": "in the desert"}
WHEN = ("by day", "at sunset", "at night", "on a foggy morning", "in the rain", "under a blue sky with clouds")


def scenes(count: int) -> list[Wanted]:
    """One object in a landscape, at some time of day, in pairs of both that nobody chose by hand."""
    rng, wanted = np.random.default_rng(8), list[Wanted]()
    while len(wanted) < count:
        ground = tuple(WHERE)[int(rng.integers(len(WHERE)))]
        thing = DWELLERS[ground][int(rng.integers(len(DWELLERS[ground])))]
        when = WHEN[int(rng.integers(len(WHEN)))]
        wanted.append(Wanted(f"{article(thing)} {WHERE[ground]} {when}", "", ((thing, "", "center"),)))
    return wanted


def placed(count: int) -> list[Wanted]:
    """One plain shape at one of the eight places that are not the middle."""
    away = [place for place in PLACES if place != "center"]
    where = {place: f"at the {place}" if " " not in place else f"in the {place} corner" for place in away}
    return [
        Wanted(
            f"{article(f'{colour} {shape}')} {where[away[at % 8]]} on {article(back)} background",
            back, ((shape, colour, away[at % 8]),),
        )
        for at, (shape, colour, back) in enumerate(triples(SHAPES, count=count, seed=4))
    ]  # fmt: skip


def counted(count: int) -> list[Wanted]:
    """Two, three or four equal shapes."""
    wanted = []
    for at, (shape, colour, back) in enumerate(triples(SHAPES, count=count, seed=5)):
        number = 2 + at % 3
        prompt = f"{COUNTS[number]} {colour} {spellings(shape)[1]} on {article(back)} background"
        wanted.append(Wanted(prompt, back, ((shape, colour, ""),) * number))
    return wanted


def pairs(count: int) -> list[Wanted]:
    """Two shapes side by side or one above the other, in combinations that were never drawn."""
    rng, wanted = np.random.default_rng(6), list[Wanted]()
    while len(wanted) < count:
        one, two = (str(name) for name in rng.choice(SHAPES, 2))
        first, second, back = (str(name) for name in rng.choice(list(COLOURS), 3, replace=False))
        apart = differ(first, back) and differ(second, back)
        if not (apart and held_out(one, first, two, second)):
            continue
        left, right = article(f"{first} {one}"), article(f"{second} {two}")
        said, places = [
            (f"{left} on the left and {right} on the right", ("left", "right")),
            (f"{left} to the left of {right}", ("left", "right")),
            (f"{left} above {right}", ("top", "bottom")),
        ][len(wanted) % 3]
        seen = ((one, first, places[0]), (two, second, places[1]))
        wanted.append(Wanted(f"{said} on {article(back)} background", back, seen))
    return wanted

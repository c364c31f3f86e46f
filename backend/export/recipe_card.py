"""A recipe as a picture: the result, and under it what made it; the file carries the settings, as a result's does."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from backend.domain.records import Run, RunImage
from backend.domain.requests import of_image
from backend.export.lettering import font_for, lines_of, written
from backend.images.encoding import encode
from backend.images.incoming import opened, upright
from backend.images.metadata.request_text import embed
from backend.images.metadata.source_type import marked
from backend.images.small_copy import term_in

WIDTH, MOST_HIGH = 1024, 1400
"""Pixels of the card, and of the picture's height on it at most."""
MOST_LINES = 120
"""Of text; what is longer ends with …, and is whole in the file's settings."""
_EDGE, _TITLES, _SIZE, _LINE = 40, 220, 20, 30
_PAPER, _INK, _QUIET = "#ffffff", "#1f2328", "#5b6068"
Row = tuple[str, str]
"""A title, and what stands beside it."""


def recipe_card(path: Path, run: Run, image: RunImage, rows: Sequence[Row]) -> bytes:
    """Return the card as a PNG with the request inside, and the mark that a model made it.

    `path` is the result's file. Raises as `opened`.
    """
    with opened(path) as picture:
        term, whole = term_in(picture), upright(picture)
    whole.thumbnail((WIDTH - 2 * _EDGE, MOST_HIGH))
    content = encode(_drawn(whole, rows), "png")
    request = of_image(run.request, image.index)
    return marked(embed(content, "png", request, image.seed, run.backend, image.details), "png", term)


def _drawn(picture: Image.Image, rows: Sequence[Row]) -> Image.Image:
    pen = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    room = WIDTH - 2 * _EDGE - _TITLES
    told = _shortened([(title, _lines(pen, text, room)) for title, text in rows])
    high = sum(len(lines) for _, lines in told) * _LINE
    card = Image.new("RGB", (WIDTH, 3 * _EDGE + picture.height + high), _PAPER)
    card.paste(picture, ((WIDTH - picture.width) // 2, _EDGE))
    pen, top = ImageDraw.Draw(card), 2 * _EDGE + picture.height
    for title, lines in told:
        pen.text((_EDGE, top), title, fill=_QUIET, font=font_for(title, _SIZE))
        for line in lines:
            pen.text((_EDGE + _TITLES, top), line, fill=_INK, font=font_for(line, _SIZE))
            top += _LINE
    return card


def _lines(pen: ImageDraw.ImageDraw, text: str, room: int) -> list[str]:
    font = font_for(text, _SIZE)
    return lines_of(pen, written(text, font), font, room)


def _shortened(told: list[tuple[str, list[str]]]) -> list[tuple[str, list[str]]]:
    """Return the rows with at most `MOST_LINES` lines in all, the longest of them cut."""
    while sum(len(lines) for _, lines in told) > MOST_LINES:
        longest = max(told, key=lambda row: len(row[1]))[1]
        over = sum(len(lines) for _, lines in told) - MOST_LINES
        if len(longest) < 3:
            return told[:MOST_LINES]
        del longest[max(2, len(longest) - over) :]
        longest[-1] = longest[-1][:-1] + "…"
    return told

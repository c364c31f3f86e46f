"""A finished grid as one labelled image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from backend.experiments.axes import Axis
from backend.export.lettering import font_for, written

MOST_SIDE = 12_000
"""Of the sheet in pixels; larger grids are made smaller."""
_PAPER, _INK, _EMPTY = "#ffffff", "#1f2328", "#eceff2"


@dataclass(frozen=True, slots=True)
class _Layout:
    cell: tuple[int, int]
    gap: int
    head: int
    side: int


def sheet(axes: Sequence[Axis], images: Mapping[tuple[int, ...], Image.Image]) -> Image.Image:
    """Return the images (by their place on each axis, RGB) with the axes' labels; places without one stay empty.

    The first axis runs across and the second down; sheets of a third one stand under one another.
    """
    counts = [len(axis.values) for axis in axes] + [1] * (3 - len(axes))
    across, down, sheets = counts
    layout = _layout(images, across, down * sheets)
    width = layout.side + across * (layout.cell[0] + layout.gap) + layout.gap
    each = layout.head + down * (layout.cell[1] + layout.gap) + layout.gap
    paper = Image.new("RGB", (width, each * sheets), _PAPER)
    for number in range(sheets):
        _draw(paper, axes, images, layout, sheet=number, top=number * each)
    return paper


def _layout(images: Mapping[tuple[int, ...], Image.Image], across: int, down: int) -> _Layout:
    width = max((image.width for image in images.values()), default=256)
    height = max((image.height for image in images.values()), default=256)
    scale = min(1.0, MOST_SIDE / (width * (across + 1)), MOST_SIDE / (height * (down + 1)))
    cell = (max(round(width * scale), 32), max(round(height * scale), 32))
    gap = max(cell[0] // 32, 2)
    return _Layout(cell, gap, head=max(cell[1] // 8, 28), side=max(cell[0] // 3, 90))


def _draw(
    paper: Image.Image,
    axes: Sequence[Axis],
    images: Mapping[tuple[int, ...], Image.Image],
    layout: _Layout,
    *,
    sheet: int,
    top: int,
) -> None:
    pen = ImageDraw.Draw(paper)
    (cell_width, cell_height), gap = layout.cell, layout.gap
    rows = axes[1].values if len(axes) > 1 else ("",)
    if len(axes) > 2:
        _write(pen, axes[2].label(sheet), (0, top, layout.side, layout.head))
    for x in range(len(axes[0].values)):
        left = layout.side + gap + x * (cell_width + gap)
        _write(pen, axes[0].label(x), (left, top, cell_width, layout.head))
        for y in range(len(rows)):
            upper = top + layout.head + gap + y * (cell_height + gap)
            if x == 0 and len(axes) > 1:
                _write(pen, axes[1].label(y), (0, upper, layout.side, cell_height))
            image = images.get((x, y, sheet)[: len(axes)])
            _place(paper, pen, image, (left, upper, cell_width, cell_height))


def _place(
    paper: Image.Image, pen: ImageDraw.ImageDraw, image: Image.Image | None, box: tuple[int, int, int, int]
) -> None:
    left, top, width, height = box
    if image is None:
        pen.rectangle((left, top, left + width - 1, top + height - 1), fill=_EMPTY)
        return
    fitted = image
    if image.width > width or image.height > height:
        fitted = image.copy()
        fitted.thumbnail((width, height))
    paper.paste(fitted, (left + (width - fitted.width) // 2, top + (height - fitted.height) // 2))


def _write(pen: ImageDraw.ImageDraw, label: str, box: tuple[int, int, int, int]) -> None:
    """Write a label into a box, smaller or cut where it doesn't fit."""
    left, top, width, height = box
    size = min(max(height // 3, 12), 40)
    font = font_for(label, size)
    while size > 11 and pen.textlength(label, font) > width - 4:
        size -= 2
        font = font_for(label, size)
    while len(label) > 1 and pen.textlength(label, font) > width - 4:
        label = label[:-2].rstrip() + "…" if len(label) > 2 else label[:1]
    pen.text((left + width / 2, top + height / 2), written(label, font), fill=_INK, font=font, anchor="mm")

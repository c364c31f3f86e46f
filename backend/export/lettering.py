"""Letters on pictures of ours: a font that has the signs of a text, and lines that fit a width."""

import unicodedata
from functools import lru_cache

from PIL import ImageDraw, ImageFont

_FONTS = ("DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "arial.ttf", "Arial.ttf")
_CJK_FONTS = ("NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "msyh.ttc", "PingFang.ttc", "wqy-zenhei.ttc")
_PLAIN = str.maketrans({"×": "x", "≈": "~", "–": "-", "—": "-", "€": "EUR "})
"""What stands for signs of ours where no font has them."""
_NO_SIGN = "\uffff"
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def font_for(text: str, size: int) -> Font:
    """Return a font of this size (pixels) that has the signs of a text: Pillow's own, else one of the system's.

    Pillow's (12.3) has neither accents nor `×`, and draws a box for each without a word. Where no font has all of
    them, it is Pillow's.
    """
    known = ImageFont.load_default(size)
    if has_all(known, text):
        return known
    chinese = any(ord(sign) > 0x2E80 for sign in text)
    for name in (*_CJK_FONTS, *_FONTS) if chinese else (*_FONTS, *_CJK_FONTS):
        font = _named(name, size)
        if font and has_all(font, text):
            return font
    return known


def written(text: str, font: Font) -> str:
    """Return a text as a font can write it: signs that it lacks are told by ones that it has, as far as there are any.

    What has no other spelling stays, and is drawn as a box.
    """
    if has_all(font, text):
        return text
    bare = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def has_all(font: Font, text: str) -> bool:
    """Whether a font has every sign of a text that is seen."""
    return all(_has(font, sign) for sign in set(text) if not sign.isspace())


def lines_of(pen: ImageDraw.ImageDraw, text: str, font: Font, width: float) -> list[str]:
    """Return a text in lines that are no wider than `width` (pixels), broken between words where it can be."""
    lines: list[str] = []
    for row in text.splitlines() or [""]:
        left = row
        while pen.textlength(left, font) > width:
            cut = _fitting(pen, left, font, width)
            lines.append(left[:cut].rstrip())
            left = left[cut:].lstrip()
        lines.append(left)
    return lines


@lru_cache(maxsize=32)
def _named(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def _has(font: Font, sign: str) -> bool:
    return bytes(font.getmask(sign)) != bytes(font.getmask(_NO_SIGN))


def _fitting(pen: ImageDraw.ImageDraw, row: str, font: Font, width: float) -> int:
    """Return how many signs of a row fit, at least one; behind a blank where there is one."""
    low, high = 1, len(row)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if pen.textlength(row[:middle], font) <= width else (low, middle - 1)
    blank = row.rfind(" ", 0, low + 1)
    return blank + 1 if blank > low // 2 else low

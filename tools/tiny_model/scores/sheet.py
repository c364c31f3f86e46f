"""The contact sheet: what the packed model draws, with the prompts under the pictures."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from backend.images.enlarging import enlarged
from tools.tiny_model.scores.model import Model

PROMPTS = (
    "a red circle on a blue background", "a yellow star on a purple background",
    "a green triangle above an orange square on a white background",
    "a cyan ring on the left and a red cross on the right on a black background",
    "three yellow stars on a blue background", "一只橙色的猫，绿色背景",
    "a fox in the snow", "a castle on the grass at sunset", "a boat on the sea at night with the moon and stars",
    "a red house and a tree on the grass, sun and mountains", "a tree on an autumn meadow",
    "沙漠里的火箭，夜晚，星星和月亮",
    "fruit on a table", "an orange fish under water", "a blue bird in the spring, morning", "a robot in the rain",
    "an orange fox on a purple background, ink drawing", "a pink flower on a cyan background, paper cut",
    "a castle on a blue background, pixel art", "a red car on a black background, neon",
)  # fmt: skip
ACROSS, CAPTION, MARGIN = 1280, 50, 4  # pixels of a row's pictures, of a caption's height, between pictures
LETTER = 6  # pixels


def contact_sheet(model: Model, *, size: tuple[int, int], target: Path, prompts: tuple[str, ...] = PROMPTS) -> None:
    """Draw every prompt once, seed n for the n-th, bring the pictures to a size, and write the sheet as WebP."""
    drawn = (Image.fromarray(picture) for picture in model.draw(list(prompts)))
    pictures = [picture if picture.size == size else enlarged(picture, size) for picture in drawn]
    page = captioned(list(zip(pictures, prompts, strict=True)), columns=min(len(prompts), ACROSS // size[0]))
    page.save(target, "WEBP", quality=80, method=6)


def captioned(pictures: Sequence[tuple[Image.Image, str]], *, columns: int) -> Image.Image:
    """Pictures in rows of so many, as wide as the widest, each with its text below it."""
    wide, high = (max(picture.size[side] for picture, _ in pictures) for side in (0, 1))
    across, down = wide + MARGIN, high + CAPTION + MARGIN
    sheet = Image.new("RGB", (columns * across + MARGIN, -(-len(pictures) // columns) * down + MARGIN), "white")
    pen = ImageDraw.Draw(sheet)
    for number, (picture, text) in enumerate(pictures):
        left, top = number % columns * across + MARGIN, number // columns * down + MARGIN
        sheet.paste(picture, (left, top))
        font = ImageFont.load_default(9) if text.isascii() else chinese_font()
        said = wrap(text, letters=wide // LETTER)
        pen.multiline_text((left, top + high + 2), said, fill="black", font=font, spacing=2)
    return sheet


def chinese_font() -> ImageFont.FreeTypeFont:
    """Return a font with Chinese signs; raise `OSError` where the machine has none (Debian: fonts-noto-cjk)."""
    return ImageFont.truetype("NotoSansCJK-Regular.ttc", 9)


def wrap(text: str, *, letters: int) -> str:
    """Break a text into lines of so many letters, or half as many Chinese signs."""
    lines, most = [""], letters if text.isascii() else letters // 2
    for word in text.split() if text.isascii() else text.replace("，", "， ").split():
        if len(lines[-1]) + len(word) >= most:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return "\n".join(lines)

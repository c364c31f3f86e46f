"""What a picture says of how it was made, to A1111's clients."""

import base64
import io

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from backend.domain.errors import InvalidRequest
from backend.domain.requests import TextToImage
from backend.images.encoding import encode
from backend.images.metadata.request_text import KEY, embed, infotext
from tests.ui.endpoints.sdapi.sending import colour
from ui.endpoints.sdapi.png_info import png_info

REQUEST = TextToImage(prompt="a red circle, small", seed=7, width=256, height=128)


def sent(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_our_own_file_gives_its_infotext_and_its_parts(image_format: str) -> None:
    bare = encode(Image.new("RGB", (256, 128), "red"), image_format)  # type: ignore[arg-type]
    said = png_info(sent(embed(bare, image_format, REQUEST, 7, "local")))
    assert said["info"] == infotext(REQUEST, 7)
    parts = said["parameters"]
    assert isinstance(parts, dict)
    assert (parts["Prompt"], str(parts["Seed"]), str(parts["Steps"])) == ("a red circle, small", "7", "8")
    assert said["playground"]["request"]["seed"] == 7  # type: ignore[index,call-overload]


def test_our_own_json_stands_among_the_items() -> None:
    said = png_info(sent(embed(encode(Image.new("RGB", (256, 128)), "png"), "png", REQUEST, 7, "local")))
    assert KEY in said["items"]  # type: ignore[operator]


def test_another_tools_settings_are_read_though_it_has_no_infotext() -> None:
    texts, file = PngInfo(), io.BytesIO()
    texts.add_text("Title", "AI generated image")
    texts.add_text("Comment", '{"prompt": "a fox", "steps": 28, "seed": 5, "sampler": "k_euler", "uc": "", "scale": 5}')
    texts.add_text("Description", "a fox")
    texts.add_text("Software", "NovelAI")
    Image.new("RGB", (64, 64)).save(file, "PNG", pnginfo=texts)
    said = png_info(sent(file.getvalue()))
    assert said["info"] == ""
    assert said["parameters"]["Prompt"] == "a fox"  # type: ignore[index,call-overload]


def test_a_picture_that_says_nothing_gives_nothing() -> None:
    assert png_info(colour()) == {"info": "", "items": {}, "parameters": {}, "playground": None}


@pytest.mark.parametrize("image", [None, "", 3, "https://example.com/a.png", "aGVsbG8="])
def test_what_is_no_picture_is_refused_by_its_name(image: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        png_info(image)
    assert refused.value.problems[0].field == "image"

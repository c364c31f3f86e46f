import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFile
from PIL.PngImagePlugin import PngInfo

from backend.domain.errors import BadImage, NotFound
from backend.images.incoming import check_header, check_whole, open_upright, round_up, sides_of, take_upload, upright
from backend.images.storage.files import ImageFiles


def png(image: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def test_an_upload_is_kept_byte_for_byte(tmp_path: Path) -> None:
    content = png(Image.new("RGB", (20, 10), "red"))
    (tmp_path / "up").write_bytes(content)
    files = ImageFiles(tmp_path / "images")
    assert files.read(take_upload(files, tmp_path / "up")) == content


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 20]
)
def test_what_is_no_image_is_refused_with_a_way_out(content: bytes) -> None:
    with pytest.raises(BadImage, match="save it as one of these"):
        check_header(content)


def test_too_many_pixels_are_refused_by_the_header_alone() -> None:
    bomb = bytearray(png(Image.new("L", (16, 16))))
    bomb[16:24] = struct.pack(">II", 9000, 9000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    with pytest.raises(BadImage, match="9000×9000"):
        check_header(bytes(bomb))


def undecoded(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list that gets every picture whose pixels are decoded from now on."""
    decoded, own = [], ImageFile.ImageFile.load

    def counting(picture: Any) -> Any:
        decoded.append(picture)
        return own(picture)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counting)
    return decoded


def test_a_png_of_too_many_pixels_is_refused_and_one_that_fits_is_measured_without_decoding_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "up").write_bytes(png(Image.new("RGB", (20, 10))))
    large = _with_late(b"eXIf", b"II*\0", png(Image.new("1", (9000, 9000))))
    decoded = undecoded(monkeypatch)
    with pytest.raises(BadImage, match="9000×9000"):
        check_header(large)
    files = ImageFiles(tmp_path / "images")
    sha256 = take_upload(files, tmp_path / "up")
    assert sides_of(files, sha256) == sides_of(ImageFiles(files.folder), sha256) == (20, 10)
    assert not decoded


@pytest.mark.parametrize("late", [True, False])
def test_a_png_stands_as_its_exif_data_say_before_its_pixels_or_behind_them(tmp_path: Path, late: bool) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.new("RGB", (20, 10))
    block = exif.tobytes().removeprefix(b"Exif\0\0")
    (tmp_path / "up").write_bytes(_with_late(b"eXIf", block, png(image)) if late else png(image, exif=exif))
    files = ImageFiles(tmp_path / "images")
    assert sides_of(files, take_upload(files, tmp_path / "up")) == (10, 20)


def _with_late(kind: bytes, data: bytes, content: bytes) -> bytes:
    """Return a PNG with a chunk more before its end."""
    chunk = struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return content[:-12] + chunk + content[-12:]


def test_an_animation_is_refused() -> None:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(BadImage, match="animation of 2 frames"):
        check_header(buffer.getvalue())


def test_a_truncated_file_says_so(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    (tmp_path / "cut.png").write_bytes(png(Image.fromarray(noise))[:4000])
    with pytest.raises(BadImage, match="damaged"):
        open_upright(tmp_path / "cut.png")


def test_exif_turns_the_image() -> None:
    image = Image.new("RGB", (30, 10))
    image.getexif()[0x0112] = 6
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=image.getexif())
    assert upright(Image.open(buffer)).size == (10, 30)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "CMYK", "1", "I;16"])
def test_every_pixel_mode_becomes_rgb(mode: str) -> None:
    assert upright(Image.new(mode, (4, 4))).mode == "RGB"


def test_transparent_parts_become_white() -> None:
    assert upright(Image.new("RGBA", (1, 1), (255, 0, 0, 0))).getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bit_greys_keep_their_brightness() -> None:
    grey = Image.fromarray(np.full((2, 2), 32768, np.uint16))
    assert upright(grey).getpixel((0, 0)) == (128, 128, 128)


@pytest.mark.parametrize(("side", "rounded"), [(1, 16), (16, 16), (17, 32)])
def test_sides_round_up_to_sixteen(side: int, rounded: int) -> None:
    assert round_up(side) == rounded


def an_exif_bomb(entries: int) -> bytes:
    """Entries that each point at the whole block, as an honest one never does."""
    lines = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(1, entries + 1))
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, entries) + lines + b"\0" * (60_100 - 12 * entries)


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "PNG"])
def test_an_exif_block_that_grows_when_it_is_read_is_refused(image_format: str) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, image_format, exif=an_exif_bomb(50))
    with pytest.raises(BadImage, match="without its EXIF data"):
        check_header(buffer.getvalue())


def test_the_same_block_hidden_in_a_png_text_is_refused() -> None:
    """ImageMagick keeps EXIF there, and Pillow reads it."""
    info = PngInfo()
    block = an_exif_bomb(50)
    info.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=info)
    with pytest.raises(BadImage, match="without its EXIF data"):
        check_header(buffer.getvalue())


def test_a_cameras_exif_is_taken() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "A camera", 6
    exif.get_ifd(0x8769)[0x927C] = b"m" * 40_000
    exif.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    for image_format in ("JPEG", "WEBP", "PNG"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 4)).save(buffer, image_format, exif=exif)
        assert check_header(buffer.getvalue()) == image_format.lower()


def avif(**options: object) -> bytes:
    buffer = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    Image.fromarray(noise).save(buffer, "AVIF", **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def test_an_avif_comes_in_and_is_no_result(tmp_path: Path) -> None:
    content = avif()
    (tmp_path / "up").write_bytes(content)
    files = ImageFiles(tmp_path / "images")
    sha256 = take_upload(files, tmp_path / "up")
    assert (files.read(sha256), files.path(sha256).suffix) == (content, ".avif")
    assert open_upright(files.path(sha256)).size == (48, 32)
    with pytest.raises(BadImage):
        check_whole(content)


def test_an_animated_avif_is_refused() -> None:
    frames = [Image.new("RGB", (48, 32), colour) for colour in ("red", "blue")]
    with pytest.raises(BadImage, match="animation of 3 frames"):
        check_header(avif(save_all=True, append_images=frames))


def test_an_avifs_exif_is_looked_at_before_pillow_opens_it() -> None:
    """5,000 entries of which each points at the whole block; an empty one of that length keeps the place."""
    block = (
        b"II*\0"
        + struct.pack("<IH", 8, 4999)
        + b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(1, 5000))
    )
    empty = b"II*\0" + struct.pack("<IH", 8, 0) + b"\x7f" * (len(block) - 10)
    content = avif(exif=b"Exif\0\0" + empty)
    assert check_header(content) == "avif"
    assert content.count(empty) == 1
    with pytest.raises(BadImage, match="EXIF data is broken"):
        check_header(content.replace(empty, block))


def lying(tmp_path: Path) -> tuple[ImageFiles, str]:
    """Keep a picture of 20×10 pixels that its EXIF data stands upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "up").write_bytes(png(Image.new("RGB", (20, 10)), exif=exif))
    files = ImageFiles(tmp_path / "images")
    return files, take_upload(files, tmp_path / "up")


def test_the_header_of_a_picture_is_opened_once_however_often_its_size_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, own = [], Image.open

    def counting(*given: Any, **named: Any) -> Image.Image:
        opened.append(given)
        return own(*given, **named)

    monkeypatch.setattr(Image, "open", counting)
    files, sha256 = lying(tmp_path)
    assert [sides_of(files, sha256), sides_of(files, sha256)] == [(10, 20), (10, 20)]
    assert len(opened) == 1


def test_a_picture_that_is_gone_has_no_size_though_it_was_known(tmp_path: Path) -> None:
    files, sha256 = lying(tmp_path)
    files.delete(sha256)
    with pytest.raises(NotFound):
        sides_of(files, sha256)


def test_the_size_of_a_picture_that_another_process_took_is_read_from_its_header(tmp_path: Path) -> None:
    files, sha256 = lying(tmp_path)
    assert sides_of(ImageFiles(files.folder), sha256) == (10, 20)

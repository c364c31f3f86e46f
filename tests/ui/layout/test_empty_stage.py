"""What stands where results will be: a backend's own pictures, else prompts; of the others nothing."""

import re
from dataclasses import replace
from pathlib import Path

from backend.adapters.fake import FakeBackend
from backend.domain.capabilities import Drawn
from backend.images.storage.files import ImageFiles
from ui.layout.empty_stage import empty_stage

HIDDEN = re.compile(r'<div class="(wall|chips)" data-of="(\w+)"[^>]*?( hidden)?>')


class Painter(FakeBackend):
    """A backend that shows what it has drawn."""

    name = "painter"
    capabilities = replace(FakeBackend.capabilities, wall=(Drawn("a <red> fox", 7, Path("/pictures/fox.webp")),))


def shown(html: str) -> dict[tuple[str, str], bool]:
    return {(kind, of): not hidden for kind, of, hidden in HIDDEN.findall(html)}


def test_pictures_stand_before_prompts_and_another_backends_are_hidden(tmp_path: Path) -> None:
    files = ImageFiles(tmp_path)
    backends = [(Painter(files), [("A fox", "a fox")]), (FakeBackend(files), [("A boat", "a boat")])]
    assert shown(empty_stage(backends, "painter")) == {
        ("wall", "painter"): True,
        ("chips", "painter"): False,
        ("chips", "fake"): False,
    }
    assert shown(empty_stage(backends, "fake")) == {
        ("wall", "painter"): False,
        ("chips", "painter"): False,
        ("chips", "fake"): True,
    }


def test_a_picture_has_its_words_its_seed_and_an_address_that_tells_no_folder(tmp_path: Path) -> None:
    html = empty_stage([(Painter(ImageFiles(tmp_path)), [])], "painter")
    assert 'data-prompt="a &lt;red&gt; fox" data-seed="7"' in html
    assert 'src="./wall/painter/fox.webp"' in html
    assert "/pictures" not in html


def test_what_a_mode_has_made_of_pictures_stands_apart_with_where_it_is_from(tmp_path: Path) -> None:
    pictures = {"image": Path("/pictures/lawn.webp"), "mask": Path("/pictures/mask.png")}
    drawn = Drawn("a <red> hut", 7, Path("/pictures/hut.webp"), "inpaint", {"mask_feather": 4}, pictures)
    backend = Painter(ImageFiles(tmp_path))
    backend.capabilities = replace(Painter.capabilities, wall=(*Painter.capabilities.wall, drawn))
    html = empty_stage([(backend, [])], "painter")
    first, _, again = html.partition('class="wall again" data-of="painter"')
    assert 'data-mode="inpaint"' in again
    assert 'data-act="example" data-of="painter" data-name="hut.webp" data-words="a &lt;red&gt; hut"' in again
    assert [again.index(f"./wall/painter/{name}") for name in ("lawn.webp", "mask.png", "hut.webp")] == sorted(
        again.index(f"./wall/painter/{name}") for name in ("lawn.webp", "mask.png", "hut.webp")
    )
    assert "hut.webp" not in first
    assert "/pictures" not in html

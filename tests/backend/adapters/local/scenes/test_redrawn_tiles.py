"""A picture drawn anew in tiles, without a model: what each is asked for, and what becomes of those that are done."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.scenes import Frame, Means, Scene, prepare
from backend.adapters.local.scenes.kept_tiles import KeptTiles
from backend.adapters.local.scenes.tiling import Tiling
from backend.domain.parts import Control
from backend.domain.requests import TextToImage, Upscale
from backend.images.sizing import padded
from backend.images.storage.files import ImageFiles
from tests.backend.adapters.local.scenes.conftest import Brush, Keep, noise, same

FRAME = Frame((128, 128), trained=((128, 128),))
Made = Callable[..., Scene]


class Copying(Brush):
    """Draws every tile as it was, a little brighter."""

    def __call__(self, drawing: Drawing) -> Image.Image:
        self.drawings.append(drawing)
        if drawing.start is None:
            return Image.new("RGB", drawing.size, self.colour)
        return drawing.start.point(lambda level: min(level + 5, 255))


class Etching(Brush):
    """Draws fine lines over every tile, whose colours it shifts as a whole."""

    shift = (20, -10, 5)

    def __call__(self, drawing: Drawing) -> Image.Image:
        self.drawings.append(drawing)
        assert drawing.start
        levels = np.asarray(drawing.start).astype(int) + self.shift
        levels[:, ::2] += 15
        levels[:, 1::2] -= 15
        return Image.fromarray(levels.astype(np.uint8))


class Gone(BaseException):
    """Nobody wants the picture any more."""


class Leaving(Copying):
    """Draws so many tiles, and is stopped within the next."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def __call__(self, drawing: Drawing) -> Image.Image:
        if len(self.drawings) == self.most:
            raise Gone
        return super().__call__(drawing)


@pytest.fixture
def made(files: ImageFiles, tmp_path: Path) -> Made:
    """Return a function that prepares an enlargement of a picture; its tiles are kept in a folder."""
    means = Means(kept=KeptTiles(tmp_path / "tiles"), model="small")

    def scene(image: str, model: str = "small", **values: object) -> Scene:
        asked = {"prompt": "a cat", "method": "redraw", "factor": 2, "image": image} | values
        return prepare(
            Upscale.model_validate(asked), files, FRAME, lambda _, picture: picture, replace(means, model=model)
        )

    return scene


def test_each_tile_begins_from_its_own_part_and_is_held_to_it(made: Made, keep: Keep) -> None:
    picture, brush = noise(150, 100), Copying()
    made(keep(picture), strength=0.25, control_scale=0.7)(7, brush)
    large, tiling = picture.resize((300, 200), Image.Resampling.LANCZOS), Tiling.of((300, 200), FRAME)
    assert len(brush.drawings) == len(tiling) == 6
    for drawing, box in zip(brush.drawings, tiling.boxes(), strict=True):
        (guide,) = drawing.guides
        assert drawing.start
        assert same(drawing.start.crop((0, 0, 100, 72)), large.crop((box[0], box[1], box[0] + 100, box[1] + 72)))
        assert same(guide.picture, drawing.start)
        assert (guide.scale, guide.start, guide.end, drawing.strength) == (0.7, 0, 1, 0.25)
        assert (drawing.noise and drawing.noise.corner, drawing.seed) == (box[:2], 7)
    assert len({id(drawing.noise and drawing.noise.sheet) for drawing in brush.drawings}) == 1


def test_the_result_has_its_own_size_its_detail_as_drawn_and_its_colours_as_they_were(made: Made, keep: Keep) -> None:
    picture = noise(101, 67).point(lambda level: 80 + level // 4)
    result = made(keep(picture), factor=2.5)(7, Etching())
    large = picture.resize((252, 168), Image.Resampling.LANCZOS)
    drawn = np.asarray(result).astype(int) - np.asarray(large)
    assert drawn.shape == (168, 252, 3)
    assert np.abs(drawn[:, ::2] - 15).max() <= 1
    assert np.abs(drawn[:, 1::2] + 15).max() <= 1


def test_without_control_no_tile_is_held(made: Made, keep: Keep) -> None:
    brush = Copying()
    made(keep(noise(100, 100)), control_scale=0)(7, brush)
    assert {drawing.guides for drawing in brush.drawings} == {()}


@pytest.mark.parametrize("words", [True, False])
def test_the_prompt_acts_on_every_tile_or_on_none_and_stays_the_requests(
    files: ImageFiles, made: Made, keep: Keep, words: bool
) -> None:
    brush = Copying()
    made(keep(noise(100, 100)), tile_prompt=words, details=[{"strength": 0}])(7, brush)
    assert {drawing.request.prompt for drawing in brush.drawings} == {"a cat" if words else ""}
    twice = Brush()
    hires(files, twice, tile_prompt=words)
    first, *tiles = (drawing.request.prompt for drawing in twice.drawings)
    assert (first, {*tiles}) == ("a cat", {"a cat" if words else ""})


def test_further_controls_are_cut_to_the_tile(made: Made, keep: Keep) -> None:
    brush, guide = Copying(), noise(200, 200, seed=2)
    made(keep(noise(100, 100)), controls=[Control(image=keep(guide), preprocess="none", scale=0.4)])(7, brush)
    tiling = Tiling.of((200, 200), FRAME)
    for drawing, box in zip(brush.drawings, tiling.boxes(), strict=True):
        assert same(drawing.guides[1].picture, padded(guide, tiling.canvas).crop(box))
        assert drawing.guides[1].scale == 0.4


def test_beyond_the_pictures_edge_a_further_control_goes_on_as_the_picture_does(made: Made, keep: Keep) -> None:
    brush, white = Copying(), Image.new("RGB", (50, 50), "white")
    made(keep(noise(50, 50)), controls=[Control(image=keep(white), preprocess="none")])(7, brush)
    (drawing,) = brush.drawings
    assert drawing.size == (128, 128)
    assert drawing.guides[1].picture.getcolors() == [(128 * 128, (255, 255, 255))]


def test_an_upscaler_of_the_owners_enlarges_before_the_tiles_are_drawn(files: ImageFiles, keep: Keep) -> None:
    named: list[str] = []

    def enlarge(image: Image.Image, size: tuple[int, int], name: str) -> Image.Image:
        named.append(name)
        return Image.new("RGB", size, "teal")

    request = Upscale(image=keep(noise(64, 64)), method="redraw", upscaler="4x-own")
    brush = Copying()
    prepare(request, files, FRAME, lambda _, image: image, Means(enlarge=enlarge))(7, brush)
    assert named == ["4x-own"]
    assert brush.drawings[0].start
    assert brush.drawings[0].start.getpixel((60, 60)) == (0, 128, 128)


def test_what_was_stopped_goes_on_with_the_tile_that_it_was_stopped_in(made: Made, keep: Keep, tmp_path: Path) -> None:
    image = keep(noise(150, 150))
    whole = made(image)(7, Copying())
    with pytest.raises(Gone):
        made(image)(7, Leaving(4))
    assert len(list((tmp_path / "tiles").iterdir())) == 4
    rest = Copying()
    assert same(made(image)(7, rest), whole)
    assert len(rest.drawings) == 9 - 4
    assert list((tmp_path / "tiles").iterdir()) == []


@pytest.mark.parametrize(
    "other", [{"prompt": "a fox"}, {"strength": 0.2}, {"control_scale": 0.5}, {"steps": 4}, {"model": "another"}]
)
def test_a_tile_of_another_request_is_not_taken(made: Made, keep: Keep, other: dict[str, object]) -> None:
    image = keep(noise(150, 150))
    with pytest.raises(Gone):
        made(image)(7, Leaving(4))
    for scene, seed in ((made(image, **other), 7), (made(image), 8)):
        brush = Copying()
        scene(seed, brush)
        assert len(brush.drawings) == 9


def test_variations_of_a_seed_never_share_tiles(made: Made, keep: Keep, tmp_path: Path) -> None:
    scene = made(keep(noise(150, 150)), variation_strength=0.2, variation_seed=1, count=2)
    with pytest.raises(Gone):
        scene(7, Leaving(4))
    brush = Copying()
    scene(7, brush)
    assert len(brush.drawings) == 9


def test_a_tile_that_changes_leaves_the_others_to_the_bit(made: Made, keep: Keep) -> None:
    picture = noise(256, 256)
    changed = picture.copy()
    changed.paste((0, 0, 0), (200, 200, 230, 230))
    one, other = (np.asarray(made(keep(each))(7, Copying())) for each in (picture, changed))
    differs = (one != other).any(2)
    assert differs.any()
    # Lanczos looks three pixels of the picture beyond what changed.
    assert not differs[: 2 * 196].any()
    assert not differs[:, : 2 * 196].any()


def test_steps_are_counted_over_all_tiles_and_the_preview_grows(made: Made, keep: Keep) -> None:
    told: list[tuple[int, int, bytes | None]] = []

    class Telling(Copying):
        def __call__(self, drawing: Drawing) -> Image.Image:
            on_step = drawing.among(lambda step, total, preview: told.append((step, total, preview)))
            for step in range(1, 4):
                on_step(step, 3, None)
            return super().__call__(drawing)

    made(keep(noise(150, 150)), steps=3)(7, Telling())
    assert [(step, total) for step, total, _ in told] == [(step, 27) for step in range(1, 28)]
    previews = [preview for _, _, preview in told]
    assert all(previews)
    assert len(set(previews)) == 9


def test_a_resumed_run_counts_the_tiles_that_are_done(made: Made, keep: Keep) -> None:
    image = keep(noise(150, 150))
    with pytest.raises(Gone):
        made(image, steps=3)(7, Leaving(4))
    told: list[int] = []

    class Telling(Copying):
        def __call__(self, drawing: Drawing) -> Image.Image:
            drawing.among(lambda step, _, __: told.append(step))(1, 3, None)
            return super().__call__(drawing)

    made(image, steps=3)(7, Telling())
    assert told == [13, 16, 19, 22, 25]


def hires(files: ImageFiles, brush: Brush, means: Means | None = None, **values: object) -> Image.Image:
    asked = {"prompt": "a cat", "width": 160, "height": 128, "hires_scale": 1.5, "steps": 2} | values
    request = TextToImage.model_validate(asked)
    return prepare(request, files, FRAME, lambda _, image: image, means or Means())(7, brush)


def test_a_high_resolution_fix_draws_at_the_size_asked_for_and_then_in_tiles(files: ImageFiles) -> None:
    brush = Brush()
    result = hires(files, brush, hires_steps=5, hires_strength=0.2)
    first, *tiles = brush.drawings
    assert result.size == (240, 192)
    assert (first.start, first.guides, first.noise, first.request.steps) == (None, (), None, 2)
    assert len(tiles) == len(Tiling.of((240, 192), FRAME))
    assert {(tile.strength, tile.request.steps, tile.size, tile.seed) for tile in tiles} == {(0.2, 5, (128, 128), 7)}
    assert {guide.scale for tile in tiles for guide in tile.guides} == {0.85}


def test_a_second_pass_has_the_steps_of_the_first_and_goes_without_a_control_net_that_knows_tiles(
    files: ImageFiles,
) -> None:
    brush = Brush()
    hires(files, brush, Means(held=False))
    assert {drawing.request.steps for drawing in brush.drawings} == {2}
    assert {drawing.guides for drawing in brush.drawings} == {()}


def test_both_passes_are_counted_as_one_and_the_first_shows_its_own_preview(files: ImageFiles) -> None:
    told: list[tuple[int, int, bytes | None]] = []

    class Telling(Brush):
        def __call__(self, drawing: Drawing) -> Image.Image:
            on_step = drawing.among(lambda step, total, preview: told.append((step, total, preview)))
            for step in range(1, drawing.request.steps + 1):
                on_step(step, drawing.request.steps, None)
            return super().__call__(drawing)

    hires(files, Telling(), hires_steps=3)
    assert [(step, total) for step, total, _ in told] == [(step, 20) for step in range(1, 21)]
    assert [preview is None for _, _, preview in told] == [True] * 2 + [False] * 18


def test_a_scale_of_one_makes_no_second_pass(files: ImageFiles) -> None:
    brush = Brush()
    assert hires(files, brush, hires_scale=1).size == (160, 128)
    assert len(brush.drawings) == 1


def test_a_second_pass_of_another_first_one_takes_no_tile_of_it(files: ImageFiles, tmp_path: Path) -> None:
    means = Means(kept=KeptTiles(tmp_path / "tiles"))
    with pytest.raises(Gone):
        hires(files, Leaving(3), means, hires_steps=4)
    another, other = Brush(), Brush()
    hires(files, another, means, hires_steps=4, steps=3)
    assert len(another.drawings) == 1 + len(Tiling.of((240, 192), FRAME))
    hires(files, other, means, hires_steps=4)
    assert len(other.drawings) == len(another.drawings) - 2

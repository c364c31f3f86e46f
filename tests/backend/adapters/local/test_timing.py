"""What a run is said to take: by what it computes, not by the size of what it gives back."""

from typing import Any

import pytest
from PIL import Image, ImageDraw

from backend.adapters.local import timing
from backend.adapters.local.drawing.drawing import Drawing, Guide
from backend.adapters.local.scenes import Frame
from backend.adapters.local.scenes.tiling import Tiling
from backend.adapters.local.timing import Rehearsals, Stopwatch, Stroke, Timings
from backend.domain.parts import Accelerator, Control
from backend.domain.requests import ControlNet, ImageToImage, Inpaint, Outpaint, Request, TextToImage, Upscale
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.playground import Playground

FRAME = Frame((512, 512))
MODEL = "a model"
CALL, REST = 0.5, 2.0


class Clock:
    """A clock that is put on by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timing, "time", clock)
    return clock


@pytest.fixture
def files(playground: Playground) -> ImageFiles:
    return playground.files


@pytest.fixture
def shown(files: ImageFiles) -> dict[str, str]:
    """Return the references of an image of 320×256 and of a mask over a corner of it."""
    image, mask = Image.new("RGB", (320, 256), "teal"), Image.new("L", (320, 256), 0)
    ImageDraw.Draw(mask).rectangle((0, 0, 90, 90), fill=255)
    pictures = (("image", image), ("mask", mask))
    return {name: files.put(encode(picture, "png"), "png") for name, picture in pictures}


def timed(timings: Timings, clock: Clock, drawing: Drawing, calls: int | None = None) -> None:
    """Play a drawing whose calls take half a second each, and all else two seconds."""
    watch = Stopwatch()
    tell = watch.on(lambda *_: None)
    total = calls or drawing.request.steps
    clock.now += REST / 2
    for step in range(total):
        clock.now += CALL
        tell(step + 1, total, None)
    clock.now += REST / 2
    timings.note(drawing, MODEL, watch)


def expected(timings: Timings, drawing: Drawing, model: str = MODEL) -> float | None:
    return timings.seconds(drawing.request, [Stroke(drawing.size)], model)


def drawing(**values: Any) -> Drawing:
    size = values.pop("size", (512, 512))
    return Drawing(request=TextToImage(prompt="a boat", **values), seed=1, size=size)


def test_a_step_is_told_from_the_rest_so_that_any_number_of_steps_has_its_price(clock: Clock) -> None:
    timings = Timings()
    timed(timings, clock, drawing(steps=8))
    for steps in (1, 4, 50):
        assert expected(timings, drawing(steps=steps)) == pytest.approx(REST + CALL * steps)


def test_a_solver_that_asks_twice_a_step_takes_twice_as_long(clock: Clock) -> None:
    timings = Timings()
    timed(timings, clock, drawing(steps=8, scheduler="Heun"), calls=15)
    assert expected(timings, drawing(steps=8, scheduler="Heun")) == pytest.approx(REST + 15 * CALL)
    assert expected(timings, drawing(steps=8)) == pytest.approx(REST + 8 * CALL)


def test_one_call_is_a_price_until_a_drawing_of_more_calls_knows_better(clock: Clock) -> None:
    timings = Timings()
    timed(timings, clock, drawing(steps=1))
    assert expected(timings, drawing(steps=1)) == pytest.approx(REST + CALL)
    timed(timings, clock, drawing(steps=4))
    timed(timings, clock, drawing(steps=1))
    assert expected(timings, drawing(steps=8)) == pytest.approx(REST + 8 * CALL)


@pytest.mark.parametrize(
    "other",
    [
        {"size": (512, 528)},
        {"guidance": 3.0},
        {"options": {"weights": "fp8"}},
        {"loras": [{"model": "style"}]},
    ],
)
def test_what_takes_another_time_has_a_price_of_its_own(clock: Clock, other: dict[str, Any]) -> None:
    timings = Timings()
    timed(timings, clock, drawing())
    assert expected(timings, drawing(**other)) is None
    assert expected(timings, drawing(), "another model") is None


@pytest.mark.parametrize(
    "saving", [{"acceleration": "high"}, {"accelerator": Accelerator(tea_cache=True, tea_cache_distance=1.0)}]
)
def test_what_a_cache_skipped_falsifies_no_price(clock: Clock, saving: dict[str, Any]) -> None:
    timings = Timings()
    timed(timings, clock, drawing(**saving))
    assert expected(timings, drawing()) is None
    timed(timings, clock, drawing())
    timed(timings, clock, drawing(**saving), calls=2)
    assert expected(timings, drawing()) == pytest.approx(REST + 8 * CALL)


def test_a_picture_drawn_in_tiles_takes_a_drawing_for_each_with_its_own_steps(
    files: ImageFiles, shown: dict[str, str]
) -> None:
    rehearsals = Rehearsals(files)
    large = Upscale(image=shown["image"], method="redraw", factor=4)
    tiles = rehearsals.of(large, FRAME)
    assert {(stroke.size, stroke.windows, stroke.steps) for stroke in tiles} == {((512, 512), ((0.0, 1.0),), 0)}
    assert len(tiles) == len(Tiling.of((1280, 1024), FRAME))
    twice = TextToImage(prompt="a boat", hires_scale=2, hires_steps=3)
    first, *second = rehearsals.of(twice, FRAME)
    assert (first.size, first.windows, len(second)) == ((512, 512), (), 9)
    assert {(stroke.windows, stroke.steps) for stroke in second} == {(((0.0, 1.0),), 3)}
    assert {stroke.windows for stroke in rehearsals.of(twice, FRAME, held=False)} == {()}


def sizes(request: Request, files: ImageFiles) -> list[tuple[int, int]]:
    return [stroke.size for stroke in Rehearsals(files).of(request, FRAME)]


def test_the_drawings_of_a_run_have_the_size_of_its_input(files: ImageFiles, shown: dict[str, str]) -> None:
    image, mask = shown["image"], shown["mask"]
    common = {"prompt": "a boat", "image": image}
    assert sizes(TextToImage(prompt="a boat"), files) == [(512, 512)]
    assert sizes(ImageToImage(**common), files) == [(320, 256)]
    assert sizes(ImageToImage(**common, width=128, height=128), files) == [(128, 128)]
    assert sizes(ControlNet(**common), files) == [(320, 256)]
    assert sizes(Inpaint(**common, mask=mask), files) == [(320, 256)]
    assert sizes(Outpaint(**common, right=64), files) == [(384, 256)]
    assert len(sizes(Outpaint(**common, right=400), files)) == 2
    assert sizes(Inpaint(**common, mask=mask, mask_margin=32), files) == [(512, 512)]


def test_strength_0_draws_nothing_and_any_other_all_steps(files: ImageFiles, shown: dict[str, str]) -> None:
    for kind, values in ((ImageToImage, {}), (Inpaint, {"mask": shown["mask"]})):
        asked = {"prompt": "a boat", "image": shown["image"], **values}
        assert sizes(kind(**asked, strength=0), files) == []
        assert len(sizes(kind(**asked, strength=0.1), files)) == 1


def test_controls_are_told_apart_by_their_windows(clock: Clock, files: ImageFiles, shown: dict[str, str]) -> None:
    timings, rehearsals = Timings(), Rehearsals(files)
    plain, half, whole = (
        TextToImage(prompt="a boat", controls=controls)
        for controls in ((), (Control(image=shown["image"], end=0.5),), (Control(image=shown["image"], end=1.0),))
    )
    guide = Guide(picture=Image.new("RGB", (512, 512)), scale=1.0, end=0.5)
    timed(timings, clock, Drawing(request=half, seed=1, size=(512, 512), guides=(guide,)))
    known = {
        name: timings.seconds(request, rehearsals.of(request, FRAME), MODEL)
        for name, request in (("plain", plain), ("half", half), ("whole", whole))
    }
    assert known == {"plain": None, "half": pytest.approx(REST + 8 * CALL), "whole": None}


def test_a_rehearsal_is_made_once_for_all_that_differs_in_words_and_seeds_only(
    files: ImageFiles, shown: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearsals, made = Rehearsals(files), []
    prepare = timing.prepare
    monkeypatch.setattr(timing, "prepare", lambda *given: made.append(1) or prepare(*given))
    asked = {"image": shown["image"], "mask": shown["mask"]}
    first = rehearsals.of(Inpaint(prompt="a boat", **asked), FRAME)
    assert rehearsals.of(Inpaint(prompt="a house", seed=5, steps=4, loras=[{"model": "x"}], **asked), FRAME) == first
    assert len(made) == 1
    rehearsals.of(Inpaint(prompt="a boat", mask_margin=32, **asked), FRAME)
    assert len(made) == 2


def test_an_image_drawn_elsewhere_is_a_price_by_its_whole_time(files: ImageFiles, shown: dict[str, str]) -> None:
    timings, whole, rehearsals = Timings(), 16.0, Rehearsals(files)
    plain, cached = TextToImage(prompt="a boat"), TextToImage(prompt="a boat", acceleration="high")
    untouched = ImageToImage(prompt="a boat", image=shown["image"], strength=0)
    for request in (cached, untouched):
        timings.note_whole(request, rehearsals.of(request, FRAME), MODEL, whole)
    strokes = rehearsals.of(plain, FRAME)
    assert timings.seconds(plain, strokes, MODEL) is None
    timings.note_whole(plain, strokes, MODEL, whole)
    assert timings.seconds(plain.model_copy(update={"steps": 4}), strokes, MODEL) == pytest.approx(whole / 2)

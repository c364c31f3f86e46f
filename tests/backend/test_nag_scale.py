"""A new field, from the form to the file and back; its fake draws its value."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.adapters.job import Job
from backend.adapters.local.scenes import Frame
from backend.adapters.local.timing import Rehearsals, Timings
from backend.adapters.local.zerogpu import seconds_for
from backend.domain.caller import Caller
from backend.domain.capabilities import Estimate
from backend.domain.errors import Unsupported
from backend.domain.events import Finished, Generated
from backend.domain.field_notes import standing_in, step_factor
from backend.domain.requests import REQUEST_TYPES, TABBED, Mode, Request, TextToImage, parse_request, seeds
from backend.experiments.compare import contenders
from backend.export.diffusers_code import Drawn, diffusers_code
from backend.generation.generate import generate
from backend.images.incoming import opened
from backend.playground import Playground
from backend.restore.read import restore
from ui.form.reading import SHARED, Values, parse
from ui.serving.uploads import Uploads

PRICE = Decimal("0.01")


class Nagged(FakeBackend):
    """Draws grey as light as the scale is high, and is paid by the weight of the request's fields."""

    name = "nagged"
    label = "Nagged"
    capabilities = replace(
        FakeBackend.capabilities, takes=frozenset({"prompt", "negative_prompt", "nag_scale", "seed", "width", "height"})
    )

    def estimate(self, request: Request, caller: Caller) -> Estimate:
        return Estimate(PRICE * Decimal(step_factor(request)))

    def run(self, request: Request, caller: Caller, job: Job) -> None:
        for index, seed in enumerate(seeds(request)):
            job.deliver(
                Generated(Image.new("RGB", (128, 128), (round(request.nag_scale * 10),) * 3), seed, PRICE, index)
            )


class Without(FakeBackend):
    """A maker of everything but this."""

    name = "without"
    label = "Without"
    capabilities = replace(FakeBackend.capabilities, takes=FakeBackend.capabilities.takes - {"nag_scale"}, maker="It")


@pytest.fixture
def house(playground: Playground) -> Playground:
    return replace(playground, backends={each.name: each(playground.files) for each in (Nagged, Without)})


def recipe(texts: dict[str, str]) -> dict[str, Any]:
    found = restore(texts)
    assert found
    return found.recipe


def asked(**values: Any) -> TextToImage:
    return TextToImage(prompt="a fox", negative_prompt="fog", **values)


def test_its_control_stands_behind_the_negative_prompt() -> None:
    fine = standing_in(SHARED, "fine")
    assert fine.index("nag_scale") == fine.index("negative_prompt") + 1


def test_what_the_form_holds_is_drawn_and_comes_back_from_the_file(house: Playground, caller: Caller) -> None:
    raw = {"prompt": "a fox", "negative_prompt": "fog", "nag_scale": 5, "seed": "7", "count": 1}
    able = house.backends["nagged"].capabilities
    request = parse(Values("text_to_image", "nagged", raw), able, Uploads(house, caller))
    *_, end = generate(house, caller, "nagged", request)
    assert isinstance(end, Finished)
    with opened(house.files.path(end.run.images[0].sha256)) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (50, 50, 50)
        texts = dict(picture.info)
    assert "NAG scale: 5" in texts["parameters"]
    assert recipe(texts)["nag_scale"] == 5
    del texts["z-image-playground"]
    assert recipe(texts)["nag_scale"] == 5


@pytest.mark.parametrize("mode", TABBED)
def test_a_backend_without_it_refuses_it_and_says_the_way_out(house: Playground, mode: Mode) -> None:
    pictures = {"image": "0" * 64, "mask": "0" * 64, "left": 8}
    own = {name: value for name, value in pictures.items() if name in REQUEST_TYPES[mode].model_fields}
    request = parse_request({"mode": mode, "prompt": "a fox", "nag_scale": 5, **own})
    with pytest.raises(Unsupported, match="which this backend doesn't take: leave it out"):
        house.backends["without"].capabilities.check(request)
    assert house.backends["without"].capabilities.lacks["nag_scale"] == "It has no such setting; leave it out."


def test_a_comparison_leaves_it_out_where_it_is_lacking(house: Playground, caller: Caller) -> None:
    first, other = contenders(house, caller, asked(nag_scale=5, width=256, height=256), chosen="nagged")
    assert (first.request.nag_scale, first.refusal) == (5, None)
    assert other.request.nag_scale == 0
    assert [problem.field for problem in other.left_out] == ["nag_scale"]


def test_it_weighs_on_price_and_time(house: Playground, caller: Caller) -> None:
    off, on = (house.backends["nagged"].estimate(asked(nag_scale=scale), caller) for scale in (0, 5))
    assert off.likely == PRICE
    assert on.likely == PRICE * Decimal(step_factor(asked(nag_scale=5))) > PRICE
    assert seconds_for(asked(steps=50, nag_scale=5)) > 1.2 * seconds_for(asked(steps=50))


def test_local_time_of_one_prices_no_other(house: Playground) -> None:
    timings, frame = Timings(), Frame((256, 256))
    strokes = Rehearsals(house.files).of(asked(), frame)
    assert Rehearsals(house.files).of(asked(nag_scale=5), frame) == strokes
    timings.note_whole(asked(), strokes, "a model", 4.0)
    assert timings.seconds(asked(), strokes, "a model") == 4.0
    assert timings.seconds(asked(nag_scale=5), strokes, "a model") is None
    timings.note_whole(asked(nag_scale=5), strokes, "a model", 8.0)
    assert timings.seconds(asked(nag_scale=9), strokes, "a model") == 8.0


def test_a_program_for_diffusers_refuses_it() -> None:
    with pytest.raises(Unsupported, match="guidance of its attention"):
        diffusers_code(asked(nag_scale=5), Drawn(size=(128, 128), seed=1))

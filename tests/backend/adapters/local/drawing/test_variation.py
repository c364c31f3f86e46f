"""Variations: how noise is moved towards another seed's, and what the embedded model makes of it."""

import pytest
import torch
from PIL import Image

from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.adapters.local.drawing.variation import varied
from backend.domain.caller import Caller
from backend.domain.events import Generated
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.playground import Playground
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.pictures import distance, mean_distance


def noise(seed: int) -> torch.Tensor:
    return torch.randn((1, 16, 32, 32), generator=torch.Generator("cpu").manual_seed(seed))


@pytest.mark.parametrize("strength", [0.1, 0.5, 0.9])
def test_moved_noise_is_as_strong_as_noise_and_nearer_to_its_own_seed_the_less_it_moves(strength: float) -> None:
    moved = varied(noise(7), 9, strength)
    assert float(moved.std()) == pytest.approx(float(noise(7).std()), rel=0.02)
    nearer = float((moved - noise(7)).norm() - (moved - noise(9)).norm())
    assert (nearer < 0) == (strength < 0.5) or strength == 0.5


def test_its_ends_are_the_two_seeds_to_the_bit() -> None:
    assert torch.equal(varied(noise(7), 9, 0.0), noise(7))
    assert torch.equal(varied(noise(7), None, 0.5), noise(7))
    assert torch.allclose(varied(noise(7), 9, 1.0), noise(9), atol=1e-6)
    assert torch.equal(varied(noise(7), 7, 0.5), noise(7))


def drawn(engine: Engine, variation: int | None = None, strength: float = 0.0, **values: object) -> Image.Image:
    asked = TextToImage(prompt=PROMPT, steps=4, variation_strength=strength, **values)  # type: ignore[arg-type]
    return engine.draw(Drawing(request=asked, seed=7, size=(128, 128)), lambda *_: None, variation=variation)


def test_a_small_variation_changes_the_picture_less_than_a_large_one(engine: Engine) -> None:
    own = drawn(engine)
    near, far = drawn(engine, 9, 0.15), drawn(engine, 9, 0.9)
    assert 0 < mean_distance(near, own) < mean_distance(far, own)
    assert distance(drawn(engine, 9, 0.15), near) == 0


def test_image_i_of_a_varied_run_equals_its_single(house: Playground) -> None:
    values = {"prompt": PROMPT, "steps": 2, "seed": 7, "variation_strength": 0.3}

    def made(**more: int) -> list[Generated]:
        request = TextToImage(**values, **more)  # type: ignore[arg-type]
        events = generate(house, Caller(visitor="ann"), "local", request)
        return [event for event in events if isinstance(event, Generated)]

    batch, (single,) = made(variation_seed=20, count=3), made(variation_seed=22)
    assert [each.seed for each in batch] == [7, 7, 7]
    pictures = [each.image for each in (*batch, single)]
    assert all(isinstance(picture, Image.Image) for picture in pictures)
    first, _, third, alone = pictures
    assert distance(third, alone) == 0  # type: ignore[arg-type]
    assert distance(first, third) > 0  # type: ignore[arg-type]

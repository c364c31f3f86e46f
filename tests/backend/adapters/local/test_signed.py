"""What this machine draws is signed as what this machine drew."""

from pathlib import Path

import numpy as np

from backend.domain.caller import Caller
from backend.domain.events import Finished
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.playground import Playground
from tests.backend.images.credentials.conftest import signing
from tests.backend.images.credentials.files import actions
from tests.backend.images.metadata.test_source_type import pixels
from tests.certificates import make_chain


def drawn(playground: Playground) -> bytes:
    asked = TextToImage(prompt="a red circle", steps=2, seed=7, width=128, height=128)
    *_, last = generate(playground, Caller(visitor="visitor-1"), "local", asked)
    assert isinstance(last, Finished)
    return playground.files.whole(last.run.images[0].sha256)


def test_the_model_at_hand_is_named_and_no_pixel_is_another(house: Playground, tmp_path: Path) -> None:
    signer = signing(house, make_chain(), tmp_path / "certificates")
    content = drawn(signer)
    (told,) = actions(content, "png")
    assert told["softwareAgent"]["name"] == "presets/tiny"
    assert told["description"] == f"Text to image on {house.backends['local'].label}"
    assert signer.checker.read(content).standing == "trusted"
    assert np.array_equal(pixels(content), pixels(drawn(house)))

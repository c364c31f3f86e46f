"""What a visitor brings along with a request."""

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import BadImage
from backend.domain.events import Finished
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.playground import Playground
from ui.serving.uploads import Uploads


def test_a_result_is_taken_by_its_sha256_from_whom_it_is_of_alone(playground: Playground, caller: Caller) -> None:
    *_, last = generate(playground, caller, "fake", TextToImage(prompt="a barn", width=128, height=128, steps=1))
    assert isinstance(last, Finished)
    sha256 = last.run.images[0].sha256
    for value in (sha256, {"path": sha256}):
        assert Uploads(playground, caller).picture(value) == sha256
        for visitor, other in ((Caller("bob"), value), (caller, "0" * 64), (caller, f"../{sha256}")):
            with pytest.raises(BadImage, match="uploaded here"):
                Uploads(playground, visitor).picture(other)

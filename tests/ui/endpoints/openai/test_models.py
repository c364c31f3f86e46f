"""A model's name in a request of a program: it picks for that request alone, and is named where it can't do a thing."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.serving import Site, served_site
from tests.ui.endpoints.openai.asked import EDITS, VARIATIONS, ask, made, refused
from tests.ui.endpoints.openai.test_images import PICTURE, mask
from tests.ui.endpoints.sdapi.asked import made as made_there
from tests.ui.endpoints.sdapi.asked import post
from tests.ui.endpoints.sdapi.asked import refused as refused_there

SECOND = "second/second-fake"
SENT = base64.b64encode(PICTURE).decode()
OVER_THERE = {"override_settings": {"sd_model_checkpoint": SECOND}}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground with two backends, of which the second does less."""
    with served_site(tmp_path_factory.mktemp("two"), two=True) as site:
        yield site


def backend_of(answer: httpx.Response) -> Any:
    return made(answer)["playground"]["backend"]


@pytest.mark.parametrize("name", [SECOND, "second", "Second-Fake", " second "])
def test_it_picks_for_that_request_alone(two: Site, name: str) -> None:
    assert backend_of(ask(two, model=name)) == "second"
    assert backend_of(ask(two)) == "fake"
    assert backend_of(ask(two, model="gpt-image-1")) == "fake"
    assert two.playground.default == "fake"


def test_it_is_found_by_its_id_written_either_way(two: Site) -> None:
    listed = {each["id"]: each for each in made(httpx.get(f"{two.address}v1/models"))["data"]}
    assert [*listed] == ["fake/fake-flat-colours", SECOND]
    for written in (SECOND, quote(SECOND, safe="")):
        assert made(httpx.get(f"{two.address}v1/models/{written}"))["id"] == SECOND
    own = listed[SECOND]["playground"]
    assert (own["default"], own["modes"], own["limits"]["steps"][1]) == (False, ["text_to_image", "inpaint"], 20)


def test_what_it_does_not_do_is_said_of_the_model(two: Site) -> None:
    for path in (EDITS, VARIATIONS):
        error = refused(ask(two, path, model="second", image=SENT), 400)
        assert (error["param"], error["code"]) == ("model", "unsupported_value")
        assert "Image to image isn't offered" in error["message"]
    masked = {"image": PICTURE, "mask": mask()}
    asked = {"model": "second", "prompt": "a fox"}
    assert backend_of(httpx.post(f"{two.address}{EDITS}", data=asked, files=masked, timeout=60)) == "second"
    assert refused(ask(two, model="second", steps=25), 400)["param"] == "steps"


def test_it_is_the_same_over_there(two: Site) -> None:
    assert made_there(two, **OVER_THERE)[1]["sd_model_name"] == SECOND
    assert made_there(two)[1]["sd_model_name"] == "fake/fake-flat-colours"
    sentence = refused_there(post(two, "img2img", prompt="a fox", init_images=[SENT], **OVER_THERE))
    assert sentence.startswith("`override_settings.sd_model_checkpoint`: Image to image isn't offered")

"""The wall that ships with the packed model: drawn by its present weights, from the words and seeds that are chosen."""

import json

from PIL import Image

from backend.adapters.local.machine.checkpoint import EMBEDDED, EMBEDDED_MODEL, WALL, Checkpoint
from backend.domain.requests import IMAGE_FIELDS, TABBED, parse_request
from tools.tiny_model.scores.wall import AGAIN, CHOSEN, MOST_BYTES, weights

MOST_OF_THE_FIRST = 48_000
"""What a first look at the page may take more for it."""


def test_it_was_drawn_by_the_weights_that_are_packed() -> None:
    told = json.loads((EMBEDDED / WALL).read_text(encoding="utf-8"))
    assert told["weights"] == weights(EMBEDDED), "draw it anew: python -m tools.tiny_model wall presets/tiny"


def test_each_of_the_chosen_words_has_its_picture() -> None:
    wall = [drawn for drawn in EMBEDDED_MODEL.wall() if drawn.mode == "text_to_image"]
    assert tuple((drawn.prompt, drawn.seed) for drawn in wall) == CHOSEN
    for drawn in wall:
        with Image.open(drawn.picture) as picture:
            assert picture.size == (256, 256)
    assert sum(drawn.picture.stat().st_size for drawn in wall) <= MOST_OF_THE_FIRST


def test_each_other_mode_shows_what_it_made_of_these() -> None:
    wall = [drawn for drawn in EMBEDDED_MODEL.wall() if drawn.mode != "text_to_image"]
    assert [(drawn.mode, drawn.prompt, drawn.seed) for drawn in wall] == [(at.mode, at.prompt, at.seed) for at in AGAIN]
    assert {drawn.mode for drawn in wall} == {*TABBED[1:]}
    for drawn in wall:
        assert drawn.picture.stat().st_size <= MOST_BYTES
        assert {*drawn.pictures} == {*IMAGE_FIELDS[drawn.mode]}
        parse_request(
            {"mode": drawn.mode, "prompt": drawn.prompt, **drawn.settings, **dict.fromkeys(drawn.pictures, "0" * 64)}
        )
        for each in drawn.pictures.values():
            with Image.open(each) as picture:
                assert picture.size == (256, 256)


def test_another_model_has_none() -> None:
    assert Checkpoint("someone's", EMBEDDED / "vae").wall() == ()
    assert Checkpoint("of the hub", repo="Tongyi-MAI/Z-Image-Turbo").wall() == ()

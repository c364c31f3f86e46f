import base64
import json
import zlib
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import BadLink
from backend.domain.requests import IMAGE_FIELDS, MODES, REQUEST_TYPES, parse_request
from backend.library.recipe_links import MOST_CHARACTERS, MOST_DROPPED, fitting, pack, pack_recipe, unpack

IMAGE = "a" * 64


def packed(content: bytes) -> str:
    return "1." + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


def test_a_form_comes_back_as_it_was() -> None:
    values = {"mode": "text_to_image", "prompt": "夜晚的海 a boat", "seed": 2**63 - 1, "steps": 4, "shift": 2.5}
    opened = unpack(pack(parse_request(values)))
    assert opened.recipe == values
    assert opened.dropped == ()


@pytest.mark.parametrize("mode", ["image_to_image", "inpaint", "outpaint", "controlnet"])
def test_no_image_and_no_hash_of_one_travels(mode: str) -> None:
    images: dict[str, Any] = {"image": IMAGE, "controls": [{"image": IMAGE}]}
    images |= {"mask": IMAGE} if mode == "inpaint" else {}
    images |= {"left": 64} if mode == "outpaint" else {}
    text = pack(parse_request({"mode": mode, "prompt": "a boat", **images}))
    opened = unpack(text)
    assert IMAGE not in str(opened.recipe)
    assert opened.recipe["mode"] == mode
    assert opened.dropped == ()


def test_an_image_that_somebody_put_into_a_link_is_never_taken() -> None:
    opened = unpack(pack_recipe({"mode": "inpaint", "prompt": "a boat", "image": IMAGE, "mask": IMAGE}))
    assert opened.recipe == {"mode": "inpaint", "prompt": "a boat"}


def test_the_link_is_plain_text_that_every_chat_keeps_whole() -> None:
    longest = parse_request({"mode": "text_to_image", "prompt": "画" * 3000, "negative_prompt": "x" * 3000})
    for text in (pack(longest), pack(parse_request({"mode": "text_to_image", "prompt": "a boat"}))):
        assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
        assert len(text) <= MOST_CHARACTERS


def test_a_link_of_another_version_of_the_app_fills_in_what_is_still_known() -> None:
    opened = fitting({"mode": "text_to_image", "prompt": "a boat", "steps": 4, "glow": 3, "shift": 99})
    assert opened.recipe == {"mode": "text_to_image", "prompt": "a boat", "steps": 4}
    assert {problem.field for problem in opened.dropped} == {"glow", "shift"}


def test_values_that_do_not_go_together_are_dropped_and_the_rest_stays() -> None:
    opened = fitting({"mode": "text_to_image", "prompt": "a boat", "width": 512, "steps": 4})
    assert opened.recipe == {"mode": "text_to_image", "prompt": "a boat", "steps": 4}
    assert "`width` and `height` together" in opened.dropped[0].message


def test_an_unknown_mode_becomes_text_to_image_and_says_so() -> None:
    opened = fitting({"mode": "hologram", "prompt": "a boat"})
    assert opened.recipe == {"mode": "text_to_image", "prompt": "a boat"}
    assert opened.dropped[0].field == "mode"


def test_an_outpaint_without_sides_is_still_a_recipe() -> None:
    opened = fitting({"mode": "outpaint", "left": 0, "fill": "noise"})
    assert opened.recipe["fill"] == "noise"
    assert opened.dropped == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.",
        "2.eJw",
        "1.%%%",
        "1.AAAA",
        packed(b"[1]"),
        packed(b"{"),
        packed(b"\xff"),
        packed(b"[" * 60_000),
        packed(b'{"seed": ' + b"9" * 5000 + b"}"),
        packed(b'{"prompt": "' + b"a" * 10_000_000 + b'"}'),
        pack_recipe({"prompt": "a boat"})[:-4],
        "1." + "A" * MOST_CHARACTERS,
    ],
)
def test_a_broken_or_hostile_link_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(BadLink, match="damaged or cut off"):
        unpack(text)


def test_a_thousand_strange_fields_are_not_all_recounted() -> None:
    opened = fitting({f"field {number}" * 50: number for number in range(1000)})
    assert len(opened.dropped) == MOST_DROPPED
    assert all(len(problem.field) <= 60 for problem in opened.dropped)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(sorted({name for kind in REQUEST_TYPES.values() for name in kind.model_fields} | {"glow"}))
modes = st.sampled_from([*MODES, "hologram"])


@given(values=st.dictionaries(fields, json_values), mode=modes)
def test_whatever_stands_in_a_link_what_comes_out_can_fill_a_form(values: dict[str, Any], mode: str) -> None:
    opened = fitting({**values, "mode": mode})
    mode = opened.recipe["mode"]
    needed: dict[str, Any] = {"prompt": "a boat", **dict.fromkeys(IMAGE_FIELDS[mode], IMAGE)}
    if mode == "outpaint" and not any(opened.recipe.get(side) for side in ("left", "right", "top", "bottom")):
        needed["left"] = 16
    if "prompt" in opened.recipe:
        del needed["prompt"]
    parse_request(opened.recipe | needed)
    assert "image" not in opened.recipe


@given(content=st.binary(max_size=300))
def test_no_bytes_whatever_bring_the_reader_down(content: bytes) -> None:
    for text in (packed(content), content.decode("latin-1"), "1." + content.hex()):
        with suppress(BadLink):
            json.dumps(unpack(text).recipe)

"""A thousand generated bad requests over `/v1`: none breaks anything, and each names the field that is wrong."""

import base64
import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.serving import Site
from tests.ui.endpoints.openai.asked import EDITS, GENERATIONS, VARIATIONS
from tests.ui.endpoints.openai.test_images import PICTURE

SIGNS_OF_A_BREAKDOWN = ("Traceback", 'File "', "site-packages", "object at 0x")
words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
junk = st.sampled_from([[], {}, [1], {"a": 1}, ["a", "b"]])
no_number = st.sampled_from(["many", "1e", "--1", "0x10", "½", "1,5", "None", True, False]) | junk


def outside(least: float, most: float) -> st.SearchStrategy[Any]:
    """Return whole numbers beyond a range, and what is none."""
    beyond = st.integers(-(2**70), int(least) - 1) | st.integers(int(most) + 1, 2**70)
    return beyond | no_number


def words_but(*known: str) -> st.SearchStrategy[Any]:
    return words.filter(lambda word: word.strip().lower() not in ("", *known)) | st.integers(2, 99) | junk


sides = st.tuples(st.integers(0, 9999), st.integers(0, 9999)).filter(
    lambda size: any(side % 16 or not 128 <= side <= 2048 for side in size)
)
WRONG: dict[str, st.SearchStrategy[Any]] = {
    "prompt": st.sampled_from([None, "", " ", "x", " x ", "x" * 3001, "a\0b", "\ud800", 7]) | junk,
    "n": outside(1, 20),
    "size": sides.map(lambda size: f"{size[0]}x{size[1]}") | words_but("auto"),
    "response_format": words_but("url", "b64_json"),
    "output_format": words_but("png", "jpeg", "webp", "jpg"),
    "output_compression": outside(20, 100),
    "stream": words_but("true", "false", "1", "0"),
    "partial_images": outside(0, 3),
    "seed": outside(-1, 2**63 - 1),
    "num_inference_steps": outside(1, 50),
    "steps": outside(1, 50),
    "guidance_scale": outside(0, 20),
    "negative_prompt": st.sampled_from(["x", "x" * 3001, 5, "\udfff"]) | junk,
    "loras": st.sampled_from([7, {"a": 1}, [7], [{}], [{"model": ""}], [{"model": "a", "weight": 9}], [{"glow": 1}]]),
    "model": words.filter(lambda word: word.strip() not in ("", "auto", "fake")).map(lambda word: f"no-{word}"),
}
no_picture = st.sampled_from(
    [
        7,
        {"a": 1},
        "no base64!",
        "aGVsbG8=",
        "https://a.example/a.png",
        "data:image/png;base64,",
        [5],
        [{"image_url": 5}],
    ]
)
WRONG_PICTURES: dict[str, st.SearchStrategy[Any]] = {
    "image": no_picture | st.sampled_from([None, "", [], [None]]),
    "mask": no_picture,
    "strength": st.floats(1.001, 1e30) | st.floats(-1e30, -0.001) | no_number,
}
"""What is wrong where pictures come along."""


def checked(answer: httpx.Response) -> dict[str, Any]:
    """Return an error's parts; nothing of the inside may show."""
    assert answer.status_code in (400, 404, 413), answer.text
    assert not [sign for sign in SIGNS_OF_A_BREAKDOWN if sign in answer.text]
    error: dict[str, Any] = answer.json()["error"]
    assert error["message"]
    return error


SENT = base64.b64encode(PICTURE).decode()
BEGUN: dict[str, dict[str, Any]] = {
    GENERATIONS: {"prompt": "a fox", "size": "128x128"},
    EDITS: {"prompt": "a fox", "image": SENT},
    VARIATIONS: {"image": SENT},
}
"""A path's least request that would be carried out."""
Bad = tuple[str, str, Any, bool]


def is_wrong(bad: Bad) -> bool:
    """Whether it is: a variation may come without a prompt, and is of the picture's own."""
    path, name, value, _ = bad
    return not (path == VARIATIONS and name == "prompt" and value is None)


def bad_requests(path: str) -> st.SearchStrategy[Bad]:
    """Return strategies of a path, a field's name, a wrong value of it, and whether a stream is asked for."""
    names = sorted({**WRONG, "mask": no_picture, **(WRONG_PICTURES if path != GENERATIONS else {})})
    named = st.sampled_from(names).flatmap(lambda name: st.tuples(st.just(name), (WRONG | WRONG_PICTURES)[name]))
    return st.tuples(named, st.booleans()).map(lambda drawn: (path, *drawn[0], drawn[1])).filter(is_wrong)


def check_named(site: Site, bad: Bad) -> None:
    """Send a bad request, which has to be refused by the field that is wrong."""
    path, name, value, stream = bad
    asked = {**BEGUN[path], "stream": stream, name: value}
    # What isn't UTF-8 can't be sent by a client, but half of a pair of surrogates in JSON's own writing can.
    answer = httpx.post(
        f"{site.address}{path}", content=json.dumps(asked), headers={"content-type": "application/json"}
    )
    assert checked(answer)["param"].partition(".")[0] == name


one_of_them = st.sampled_from(sorted(BEGUN)).flatmap(bad_requests)
anything_goes = settings(suppress_health_check=list(HealthCheck))


@settings(anything_goes, max_examples=60, derandomize=True)
@given(bad=one_of_them)
def test_of_a_few_bad_requests_each_names_its_field(site: Site, bad: Bad) -> None:
    check_named(site, bad)


@pytest.mark.slow
@pytest.mark.timeout(1500)
@settings(anything_goes, max_examples=1000)
@given(bad=one_of_them)
def test_whatever_is_wrong_with_a_field_it_is_named(site: Site, bad: Bad) -> None:
    check_named(site, bad)


FORMS: dict[str, list[Any]] = {
    "image": [b"", b"no picture", b"\x89PNG\r\n\x1a\n", PICTURE[:20], b"<svg/>", b"GIF89a", b"%PDF-1.7"],
    "mask": [b"x", PICTURE, PICTURE[:100]],
    "prompt": ["", "x", "y" * 3001, "a\0b"],
    "n": ["0", "21", "two", "1.5", "-1"],
    "size": ["1x1", "large", "1024", "100x100"],
    "strength": ["2", "-0.1", "much", "nan", "inf"],
    "seed": ["-2", "9223372036854775808", "seven"],
    "loras": ["[", "7", '[{"model": ""}]'],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in FORMS.items() for value in values])
def test_whatever_is_wrong_with_a_forms_part_it_is_named(site: Site, name: str, value: Any) -> None:
    files = {"image": PICTURE} | ({name: value} if isinstance(value, bytes) else {})
    values = {"prompt": "a fox"} | ({} if isinstance(value, bytes) else {name: value})
    answer = httpx.post(f"{site.address}{EDITS}", data=values, files=files, timeout=60)
    assert checked(answer)["param"].partition(".")[0] == name


nested = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted({*WRONG, "user", "quality", "options", "controls", "styles", "accelerator", "width", "height", "glow"})


@pytest.mark.slow
@pytest.mark.timeout(1500)
@settings(anything_goes, max_examples=300)
@given(body=st.dictionaries(st.sampled_from(FIELDS), nested, max_size=5))
def test_no_values_break_it_or_show_its_inside(site: Site, body: dict[str, Any]) -> None:
    asked = {"prompt": "a fox", "size": "128x128", "steps": 1, **body}
    head = {"content-type": "application/json"}
    answer = httpx.post(f"{site.address}{GENERATIONS}", content=json.dumps(asked), headers=head, timeout=60)
    if answer.status_code != 200:
        assert checked(answer)["param"]
    assert site.fake.running == 0

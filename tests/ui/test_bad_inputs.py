"""A thousand generated inputs through the API: each is drawn or refused in a sentence; none breaks anything."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.domain.requests import MODES, REQUEST_TYPES
from tests.serving import Site

SIGNS_OF_A_BREAKDOWN = ("Traceback", 'File "', "site-packages", "object at 0x")
FIELDS = sorted({name for kind in REQUEST_TYPES.values() for name in kind.model_fields} | {"backend", "glow"})

numbers = st.integers(-(2**70), 2**70) | st.floats() | st.integers(-5, 3000)
texts = st.text(max_size=40) | st.sampled_from(["auto", "fake", "none", "canny", "png", "-1", "../../etc/passwd", "\0"])
files = st.fixed_dictionaries({"path": texts | st.just("/etc/passwd"), "meta": st.just({"_type": "gradio.FileData"})})


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return lists and objects of what is inside."""
    return st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)


values = st.recursive(st.none() | st.booleans() | numbers | texts | files, nested, max_leaves=6)
requests = st.fixed_dictionaries(
    {"prompt": texts | values}, optional={name: values for name in FIELDS if name != "prompt"}
)


def outcome(client: httpx.Client, endpoint: str, body: dict[str, Any]) -> tuple[int, str]:
    """Call an endpoint as curl does; return the worst status and all that was said."""
    content = json.dumps(body, allow_nan=True)
    begun = client.post(
        f"/gradio_api/call/v2/{endpoint}", content=content, headers={"content-type": "application/json"}
    )
    if begun.status_code != 200:
        return begun.status_code, begun.text
    answer = client.get(f"/gradio_api/call/{endpoint}/{begun.json()['event_id']}")
    return answer.status_code, answer.text


@pytest.fixture(scope="module")
def strangers(site: Site) -> Iterator[httpx.Client]:
    """Return the client of visitors who come one after the other: a new one each time takes some 20 ms."""
    with httpx.Client(base_url=site.address, timeout=100) as client:
        yield client


@pytest.mark.slow
@pytest.mark.timeout(1500)
@settings(max_examples=1000, suppress_health_check=list(HealthCheck))
@given(mode=st.sampled_from((*MODES, "estimate")), body=requests)
def test_no_input_breaks_the_api_or_shows_its_inside(
    site: Site, strangers: httpx.Client, mode: str, body: dict[str, Any]
) -> None:
    strangers.cookies.clear()
    status, said = outcome(strangers, mode, body)
    assert status < 500, said
    assert not [sign for sign in SIGNS_OF_A_BREAKDOWN if sign in said]
    assert site.fake.running == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"prompt": 1e999}', b"\xff\xfe", b'{"prompt":' + b"[" * 50_000 + b"}"],
)
def test_what_is_no_request_at_all_is_refused(site: Site, content: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = httpx.post(f"{site.address}gradio_api/call/v2/text_to_image", content=content, headers=headers, timeout=60)
    assert answer.status_code < 500
    assert not [sign for sign in SIGNS_OF_A_BREAKDOWN if sign in answer.text]

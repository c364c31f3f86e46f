"""What ModelRunner answers, in every shape that its documents and its users show, and in odd ones."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.modelrunner.replies import named_fields, read_envelope, read_history, read_record, said
from backend.adapters.provider.prices import split
from backend.domain.errors import BadReply

URL = "https://media.modelrunner.ai/a.png"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["output", "error", "url"]), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    "output",
    [
        URL,
        [URL],
        [{"url": URL, "width": 1024}],
        {"images": [{"url": URL}], "seed": 7},
        {"images": [URL]},
        {"image": {"url": URL}},
        {"image_url": URL},
        {"output": [URL]},
        {"urls": [URL]},
        [{"image_url": URL}],
    ],
)
def test_every_shape_of_output_gives_its_address(output: Any) -> None:
    assert read_record({"id": "x", "status": "COMPLETED", "output": output}).addresses == [URL]
    if not isinstance(output, dict) or "output" not in output:
        assert read_record(output).addresses == [URL]


@pytest.mark.parametrize("payload", [None, 7, "", [], {}, {"detail": "no"}, "a sentence"])
def test_what_is_no_record_says_so_and_may_be_billed(payload: Any) -> None:
    with pytest.raises(BadReply) as caught:
        read_record(payload)
    assert caught.value.billed == "unknown"


@pytest.mark.parametrize(
    ("fields", "failed", "billed"),
    [
        ({"billingStatus": "failed"}, True, "no"),
        ({"error": "upstream"}, True, "no"),
        ({"status": "FAILED"}, True, "no"),
        ({"status": "CANCELLED"}, True, "no"),
        ({"error": "upstream", "billingStatus": "charged"}, True, "yes"),
        ({"error": "upstream", "billingStatus": "partial"}, True, "yes"),
        ({"error": "upstream", "billingStatus": "pending"}, True, "unknown"),
        ({"error": "upstream", "totalPrice": "0.04"}, True, "yes"),
        ({"billingStatus": "charged"}, False, "yes"),
        ({"error": None, "billingStatus": "odd"}, False, "no"),
    ],
)
def test_whether_a_record_failed_and_was_billed(fields: dict[str, Any], failed: bool, billed: str) -> None:
    record = read_record({"status": "COMPLETED", "output": None, **fields})
    assert (record.failed, record.billed) == (failed, billed)


@pytest.mark.parametrize(
    ("price", "read"),
    [
        ("0.04", Decimal("0.04")),
        (0.0038, Decimal("0.0038")),
        ("0", Decimal(0)),
        (None, None),
        ("free", None),
        (-1, None),
    ],
)
def test_a_price_is_read_from_text_and_numbers_and_nothing_else(price: Any, read: Decimal | None) -> None:
    assert read_record({"status": "COMPLETED", "totalPrice": price}).price == read


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"error": "Payment Required", "message": "Insufficient balance"}, "Insufficient balance; Payment Required"),
        ({"error": [{"path": ["seed"], "message": "too small", "code": "x"}]}, "too small"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "not an int"}]}, "not an int"),
        ({"error": "bad", "details": {"validationErrors": [{"message": "no images"}]}}, "bad; no images"),
        ({"detail": "nope"}, "nope"),
        ({}, ""),
        (None, ""),
        ([], ""),
    ],
)
def test_a_refusals_words_are_found_wherever_they_stand(payload: Any, words: str) -> None:
    assert said(payload) == words


def test_a_refusal_names_its_fields() -> None:
    assert named_fields({"error": [{"path": ["seed", 0]}, {"path": "prompt"}, {"path": []}, 7]}) == ["seed", "prompt"]
    assert named_fields({"error": "bad"}) == named_fields(None) == []


@pytest.mark.parametrize("wrap", [None, "data", "requests", "items", "results"])
def test_the_history_is_read_as_a_list_however_it_is_wrapped(wrap: str | None) -> None:
    entries = [{"request_id": "x", "metadata": {"mark": "m"}}, 7]
    (record,) = read_history({wrap: entries} if wrap else entries)
    assert (record.id, record.metadata) == ("x", {"mark": "m"})


@given(JSON)
def test_nothing_that_can_be_sent_breaks_the_reading(payload: Any) -> None:
    read_envelope(payload)
    said(payload)
    named_fields(payload)
    list(read_history(payload))
    try:
        record = read_record(payload)
    except BadReply:
        return
    assert isinstance(record.addresses, list)
    assert record.failed in (True, False)


@given(st.decimals(min_value=0, max_value=10, places=6), st.integers(min_value=1, max_value=4))
def test_a_price_is_shared_out_to_the_last_nano_dollar(price: Decimal, count: int) -> None:
    shares = split(price, count)
    assert sum(share for share in shares if share is not None) == price
    assert len(shares) == count
    assert split(None, count) == [None] * count

"""Replies of every shape that documents, clients and logs show, and of some that nobody has seen."""

import base64
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.adapters.runware.refusals import to_error
from backend.adapters.runware.replies import Item, Refusal, balance, details, read
from backend.domain.errors import BadReply, InsufficientCredit, ProviderRefused, ProviderTimeout

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_nothing_that_is_json_breaks_the_reading(body: Any) -> None:
    read(body)
    read({"data": body, "errors": body})
    details(read({"data": [{"response": body}]}))
    balance(read({"data": [{"balance": body}]}))


def test_data_and_errors_are_both_read() -> None:
    answer = read({"data": [{"imageURL": "u", "taskUUID": "1"}], "errors": [{"code": "x", "taskUUID": "2"}]})
    assert [item.task_uuid for item in answer.items] == ["1"]
    assert [refusal.task_uuid for refusal in answer.refusals] == ["2"]


def test_one_object_instead_of_a_list_is_read_too() -> None:
    assert read({"data": {"imageURL": "u"}}).items[0].done
    assert read({"error": {"code": "invalidApiKey"}}).refusals[0].code == "invalidApiKey"


def test_an_error_inside_an_item_is_a_refusal() -> None:
    inner = {"taskUUID": "1", "status": "error", "error": {"code": "inferenceError", "message": "no"}}
    answer = read({"data": [inner]})
    assert answer.items == ()
    assert (answer.refusals[0].code, answer.refusals[0].task_uuid) == ("inferenceError", "1")


@pytest.mark.parametrize("seed", [-1, 2**63, "x", 1.5, None, True])
def test_an_odd_seed_is_unknown_and_costs_no_image(seed: Any) -> None:
    (item,) = read({"data": [{"imageURL": "u", "seed": seed, "cost": 0.0013}]}).items
    assert item.done
    assert item.seed is None
    assert item.cost == Decimal("0.0013")


@pytest.mark.parametrize("cost", [-1, "free", [], 1e9])
def test_an_odd_cost_is_unknown_and_not_zero(cost: Any) -> None:
    assert read({"data": [{"imageURL": "u", "cost": cost}]}).items[0].cost is None


def test_fields_of_tomorrow_are_let_be() -> None:
    assert read({"data": [{"imageURL": "u", "watermark": {"x": 1}}], "usage": 3}).items[0].done


@pytest.mark.parametrize(
    "body",
    [
        {"data": [{"taskUUID": "1", "response": {"data": [{"imageURL": "u", "taskUUID": "1"}]}}]},
        {"data": [{"taskUUID": "1", "response": [{"imageURL": "u", "taskUUID": "1"}]}]},
        {"data": {"taskUUID": "1", "response": {"data": {"imageURL": "u", "taskUUID": "1"}}}},
        {"request": [{}], "response": {"data": [{"imageURL": "u", "taskUUID": "1"}]}},
    ],
)
def test_the_archives_answer_is_found_wherever_it_stands(body: Any) -> None:
    assert [item.image_url for item in details(read(body)).items] == ["u"]


def test_images_inside_the_reply_are_decoded() -> None:
    text = base64.b64encode(b"bytes").decode()
    assert Item.model_validate({"imageBase64Data": text}).content() == b"bytes"
    assert Item.model_validate({"imageDataURI": f"data:image/png;base64,{text}"}).content() == b"bytes"
    with pytest.raises(BadReply):
        Item.model_validate({"imageBase64Data": text[:-3]}).content()


@pytest.mark.parametrize(
    ("stated", "amount"), [(4.21, "4.21"), ({"amount": 4.21, "currency": "USD"}, "4.21"), ("7", "7")]
)
def test_a_balance_may_be_a_number_or_an_object(stated: Any, amount: str) -> None:
    assert balance(read({"data": [{"balance": stated}]})) == Decimal(amount)


def test_no_balance_is_none() -> None:
    assert balance(read({"data": [{"team": []}]})) is None


def test_a_refusal_names_our_field_and_quotes_runware() -> None:
    refusal = Refusal(code="invalidCFGScale", message="must be\nless than 20.", parameter="CFGScale")
    error = to_error(refusal, status=400, key=None)
    assert isinstance(error, ProviderRefused)
    assert str(error).startswith("Runware's model refuses `guidance` (must be less than 20)")


def test_a_refusal_may_name_several_parameters() -> None:
    refusal = Refusal(code="missingDimensionParameters", message="m", parameter=["width", "height"])
    assert "`width`, `height`" in str(to_error(refusal, status=400, key=None))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("timeoutProvider", ProviderTimeout),
        ("providerTimeout", ProviderTimeout),
        ("accountQuotaExceeded", InsufficientCredit),
    ],
)
def test_codes_are_read_whatever_their_case(code: str, kind: type[Exception]) -> None:
    assert type(to_error(Refusal(code=code), status=400, key=None)) is kind

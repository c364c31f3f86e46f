"""The four examples of Runware's own model page, both ways."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from backend.adapters.runware.mapping import Inlaid, to_task
from backend.adapters.runware.options import RunwareOptions
from backend.adapters.runware.replies import read
from backend.domain.requests import TextToImage

WIRE = Path(__file__).parents[3] / "wire" / "runware"
EXAMPLES = sorted(path.name.removesuffix(".request.json") for path in WIRE.glob("*.request.json"))

ADDED = {"includeCost": True, "numberResults": 1, "outputType": "URL", "outputFormat": "PNG"}
"""All that our request has beyond an example's."""


def load(name: str, kind: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((WIRE / f"{name}.{kind}.json").read_text(encoding="utf-8"))
    return found


def test_there_are_four_examples() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_examples_request_comes_out_with_every_field_at_the_same_value(name: str) -> None:
    wanted = load(name, "request")
    request = TextToImage(
        prompt=wanted["positivePrompt"],
        width=wanted["width"],
        height=wanted["height"],
        seed=wanted["seed"],
        steps=wanted["steps"],
        guidance=wanted["CFGScale"],
    )
    inlaid = Inlaid(size=(request.width or 0, request.height or 0))
    task = to_task(request, RunwareOptions(), inlaid, task_uuid=str(wanted["taskUUID"]), seed=request.seed)
    assert task.body() == wanted | ADDED


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_examples_reply_parses_to_its_seed_and_cost(name: str) -> None:
    sent, wanted = load(name, "request"), load(name, "response")
    answer = read({"data": [wanted]})
    (item,) = answer.items
    assert answer.refusals == ()
    assert (item.task_uuid, item.image_uuid, item.image_url) == (
        sent["taskUUID"],
        wanted["imageUUID"],
        wanted["imageURL"],
    )
    assert (item.seed, item.cost) == (sent["seed"], Decimal("0.0013"))
    assert item.done
    assert item.flagged is None

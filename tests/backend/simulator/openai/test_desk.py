"""The simulated server of OpenAI's form: what it takes, refuses, bills, and what can be made to go wrong."""

import base64
import io
from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest
from PIL import Image

from backend.images.encoding import encode
from backend.simulator.faults import Fault, Habits
from backend.simulator.openai.prices import FILE, TIERS, published
from backend.simulator.server import running
from backend.simulator.world import KEY, World

ORDER = {"prompt": "a fox", "size": "128x128", "seed": 3}
PNG = encode(Image.new("RGB", (128, 128), "navy"), "png")


@pytest.fixture
def client(world: World) -> Iterator[httpx.Client]:
    with running(world) as address:
        heads = {"Authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=f"{address}/v1", headers=heads, timeout=60) as client:
            yield client


def pictures(answer: httpx.Response) -> list[Image.Image]:
    data = answer.raise_for_status().json()["data"]
    return [Image.open(io.BytesIO(base64.b64decode(entry["b64_json"]))) for entry in data]


def test_it_lists_its_model_and_takes_its_key_alone(client: httpx.Client) -> None:
    assert [model["id"] for model in client.get("/models").json()["data"]] == ["z-image-turbo"]
    refused = client.get("/models", headers={"Authorization": "Bearer another"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")


def test_several_pictures_of_one_order_are_billed_each(client: httpx.Client, world: World) -> None:
    made = pictures(client.post("/images/generations", json={**ORDER, "n": 2}))
    assert [picture.size for picture in made] == [(128, 128)] * 2
    assert world.account.bills == [Decimal("0.002")]
    again = pictures(client.post("/images/generations", json={**ORDER, "seed": 4}))
    assert again[0].tobytes() == made[1].tobytes()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({**ORDER, "size": "big"}, "size"),
        ({**ORDER, "n": 11}, "n"),
        ({**ORDER, "model": "dall-e-2"}, "model"),
        ({**ORDER, "seed": -1}, "seed"),
    ],
)
def test_what_it_refuses_it_names_and_bills_nothing(
    client: httpx.Client, world: World, body: dict[str, object], field: str
) -> None:
    answer = client.post("/images/generations", json=body)
    assert (answer.status_code, answer.json()["error"]["param"], world.account.bills) == (400, field, [])


@pytest.mark.parametrize("name", ["image", "image[]"])
def test_edits_take_a_picture_by_either_name(client: httpx.Client, world: World, name: str) -> None:
    (made,) = pictures(client.post("/images/edits", data=ORDER, files={name: ("a.png", PNG, "image/png")}))
    assert made.size == (128, 128)
    assert client.post("/images/edits", data=ORDER).json()["error"]["param"] == "image"


def test_without_edits_the_path_is_not_there(client: httpx.Client, world: World) -> None:
    world.habits = Habits(edits=False)
    assert client.post("/images/edits", data=ORDER, files={"image": PNG}).status_code == 404


def test_whoever_only_knocks_suffers_no_fault(client: httpx.Client, world: World) -> None:
    world.faults.add(Fault(kind="drop", operation="openai.generations"))
    assert client.post("/images/generations", json={}).status_code == 400
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/images/generations", json=ORDER)


def test_an_empty_account_is_told_as_openai_tells_it(client: httpx.Client, world: World) -> None:
    world.account.empty()
    answer = client.post("/images/generations", json=ORDER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "insufficient_quota")


def test_its_price_file_says_what_it_bills() -> None:
    prices = FILE["prices"]
    assert isinstance(prices, list)
    assert [(each["width"] * each["height"], Decimal(each["usd"])) for each in prices] == list(TIERS)
    assert published((1024, 768)) == Decimal("0.003")


def test_one_that_lies_about_seeds_draws_any(client: httpx.Client, world: World) -> None:
    world.habits = Habits(lying_seeds=True)
    one, other = (pictures(client.post("/images/generations", json=ORDER))[0].tobytes() for _ in range(2))
    assert one != other

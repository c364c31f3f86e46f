"""Other people's clients of OpenAI's images API, as they are, against a served playground."""

import base64
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.clients.cutting import Cut, cutting
from tests.clients.run import said_by
from tests.serving import Site, served_site
from tests.ui.endpoints.openai.asked import runs_of
from tests.ui.endpoints.openai.test_images import PICTURE, mask
from ui.endpoints.door import line

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PICTURE_64, MASK_64 = (base64.b64encode(content).decode() for content in (PICTURE, mask()))
PAID = {"provider": True, "seconds": 1.0}
CLIENTS = ("python", "javascript")


def use(client: str, site: Site, what: str, address: str = "", **given: Any) -> Any:
    """Let OpenAI's own client of a language do something, with its defaults."""
    folder, script = ("openai_python", "use.py") if client == "python" else ("openai_javascript", "openai.mjs")
    return said_by(folder, script, address=address or site.address, what=what, **given)


def generated(client: str, site: Site, what: str = "generate", address: str = "", **values: Any) -> Any:
    """Generate with fields that a client doesn't know, each the way its language has."""
    more = {name: values.pop(name) for name in ("seed", "options", "negative_prompt") if name in values}
    if client == "python":
        return use(client, site, what, address, values=values, more=more)
    return use(client, site, what, address, values={**values, **more})


def sdk(site: Site, address: str = "", **given: Any) -> Any:
    return said_by("openai_javascript", "ai_sdk.mjs", address=address or site.address, **given)


@pytest.mark.parametrize("client", CLIENTS)
def test_images_come_with_seed_cost_and_run(client: str, site: Site) -> None:
    found = generated(client, site, prompt="a fox", n=2, size="128x128", seed=7, negative_prompt="fog")
    assert found["seeds"] == [7, 8]
    assert len(found["bytes"]) == 2
    assert found["cost"] == 0.0
    assert found["request"]
    request = site.playground.store.run(found["run"]).request
    assert (request.width, request.negative_prompt) == (128, "fog")


def test_python_gets_addresses_variations_edits_and_models(site: Site) -> None:
    (url,) = generated("python", site, prompt="a fox", response_format="url")["urls"]
    assert url.endswith(".png")
    assert len(use("python", site, "vary", images=[PICTURE_64], values={"n": 2})["bytes"]) == 2
    values = {"prompt": "a fox", "n": 2, "size": "auto"}
    one = use("python", site, "edit", images=[PICTURE_64], mask=MASK_64, values=values, more={"seed": 7})
    assert (one["seeds"], site.playground.store.run(one["run"]).request.mode) == ([7, 8], "inpaint")
    several = use("python", site, "edit", images=[PICTURE_64] * 2, as_list=True, values={"prompt": "a fox"})
    assert len(several["bytes"]) == 2
    assert use("python", site, "models") == ["fake/fake-flat-colours"]


def test_python_asks_for_several_at_once(site: Site) -> None:
    found = use("python", site, "generate_beside_each_other", values=[{"prompt": f"a fox {n}"} for n in range(4)])
    assert len({each["run"] for each in found}) == 4


def test_javascript_sends_a_form_in_chunks(site: Site) -> None:
    found = use("javascript", site, "edit", images=[PICTURE_64], values={"prompt": "a fox"})
    assert site.playground.store.run(found["run"]).request.mode == "image_to_image"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_stream_has_previews_and_an_end(client: str, site: Site) -> None:
    told = generated(client, site, "stream", prompt="a fox", partial_images=2)
    kinds = [each[0] for each in told] if client == "python" else told
    assert kinds == ["image_generation.partial_image"] * 2 + ["image_generation.completed"]


@pytest.mark.parametrize("client", CLIENTS)
def test_errors_name_the_field_and_say_the_sentence(client: str, site: Site) -> None:
    error = generated(client, site, "fail", prompt="a fox", n=99)
    assert (error["kind"], error["param"], error["code"]) == ("BadRequestError", "n", "invalid_value")
    assert "the most is 20" in error["message"]
    error = generated(client, site, "fail", prompt="a fox", model="sdxl")
    assert (error["kind"], error["code"]) == ("NotFoundError", "model_not_found")
    error = generated(client, site, "fail", prompt="a fox", size="77x77")
    assert (error["kind"], error["param"]) == ("BadRequestError", "size")


def test_an_error_within_a_stream_is_raised_with_its_sentence(site: Site) -> None:
    lost = {"provider": True, "fail_after": 0, "failure": "time-out"}
    error = generated("python", site, "fail", prompt="a lost stream", stream=True, options=lost)
    assert error["kind"] == "APIError"
    assert "may still be billed" in error["message"]


@pytest.mark.parametrize("client", CLIENTS)
def test_what_may_have_been_billed_is_asked_for_once(client: str, site: Site) -> None:
    prompt = f"a fox that {client} lost"
    lost = {"provider": True, "fail_after": 0, "failure": "time-out"}
    error = generated(client, site, "fail", prompt=prompt, options=lost)
    assert error.get("status_code", error.get("status")) == 424
    assert site.fake.submissions.count(prompt) == 1


def ordered(site: Site, prompt: str) -> Cut:
    """Break a line once its order has reached the provider."""
    return lambda _: prompt in site.fake.submissions


def within(_: Site, prompt: str) -> Cut:
    """Break a line when an answer has begun to come: behind its head, and some of its body."""
    return lambda so_far: len(so_far.partition(b"\r\n\r\n")[2]) > 100


@pytest.mark.parametrize("when", [ordered, within])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_line_that_is_cut_behind_the_order_costs_one_bill(client: str, when: Any, site: Site) -> None:
    prompt = f"a fox cut {when.__name__} by {client}"
    with cutting(site.address, when(site, prompt)) as address:
        outcome = generated(client, site, address=address, prompt=prompt, options=PAID) if kept(client, when) else None
        if outcome is None:  # This client doesn't ask again for a body that was cut: its user does.
            with pytest.raises(AssertionError, match="terminated"):
                generated(client, site, address=address, prompt=prompt, options=PAID)
    assert site.fake.submissions.count(prompt) == 1
    (run,) = runs_of(site, prompt)
    assert outcome is None or outcome["run"] == run.id


def kept(client: str, when: Any) -> bool:
    return client == "python" or when is ordered


@pytest.mark.parametrize("strict", [True, False])
def test_the_ai_sdk_gets_images_and_edits(strict: bool, site: Site) -> None:
    found = sdk(site, strict=strict, model="gpt-image-1" if strict else "fake/fake-flat-colours", prompt="a fox", n=2)
    assert len(found["bytes"]) == 2
    edited = sdk(site, strict=strict, model="gpt-image-1", prompt="a fox", images=[PICTURE_64], mask=MASK_64)
    assert len(edited["bytes"]) == 1


def test_the_ai_sdk_hands_on_what_it_does_not_know_and_says_errors(site: Site) -> None:
    one, same = (sdk(site, model="auto", prompt="a seeded fox", more={"seed": 0}) for _ in range(2))
    assert one["first"] == same["first"]
    error = sdk(site, model="auto", prompt="a fox", more={"seed": -5})
    assert "the least is -1" in error["message"]


@pytest.mark.parametrize("when", [ordered, within])
def test_the_ai_sdk_marks_no_retry_and_pays_once_for_a_cut_line(
    when: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_SECONDS", 30.0)  # It ends as soon as the line breaks; the machine may be busy.
    prompt = f"a fox cut {when.__name__} from the AI SDK"
    with cutting(site.address, when(site, prompt)) as address:
        found = sdk(site, address, model="auto", prompt=prompt, more={"options": PAID})
    assert len(found["bytes"]) == 1
    assert site.fake.submissions.count(prompt) == 1


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served_site(tmp_path_factory.mktemp("public-clients"), PLAYGROUND_TRUSTED_PROXY="127.0.0.1") as site:
        yield site


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_its_end_and_its_cap_are_told_as_the_client_knows_them(client: str, public: Site) -> None:
    keys = public.playground.api_keys
    key = keys.new(client, Decimal("0.001"))
    assert use(client, public, "generate", key=key, values={"prompt": "a fox"})["run"]
    over = {"values": {"prompt": "a dear fox", "options": {"provider": True}}}
    if client == "python":
        over = {"values": {"prompt": "a dear fox"}, "more": {"options": {"provider": True}}}
    error = use(client, public, "fail", key=key, **over)
    assert (error.get("status_code", error.get("status")), error["code"]) == (402, "spend_cap_reached")
    keys.revoke(client)
    error = use(client, public, "fail", key=key, values={"prompt": "a fox"})
    assert (error["kind"], error["code"]) == ("AuthenticationError", "invalid_api_key")

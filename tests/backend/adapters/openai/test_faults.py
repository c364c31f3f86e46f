"""What can go wrong at a server of OpenAI's form: one order each, and in words whether it may have been billed."""

import base64
import json
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import BadReply, InsufficientCredit, NotReady, ProviderBusy, ProviderRefused, ProviderTimeout
from backend.generation.generate import collect
from backend.images.encoding import encode
from backend.simulator.faults import Fault, Habits
from tests.backend.adapters.openai.scene import EDIT, MAKE, ME, Scene, answered, fox

PIXEL = base64.b64encode(encode(Image.new("RGB", (128, 128)), "png")).decode()
MAY = "It may have been billed: it isn't ordered again."


@pytest.mark.parametrize(
    ("fault", "billed", "bills", "words"),
    [
        (Fault(kind="status", status=500), "unknown", 0, MAY),
        (Fault(kind="status", status=503), "unknown", 0, MAY),
        (Fault(kind="status", status=409), "unknown", 0, MAY),
        (Fault(kind="gateway", status=502), "unknown", 1, MAY),
        (Fault(kind="drop_after"), "unknown", 1, "What was sent may still be billed."),
        (Fault(kind="garbage"), "unknown", 0, "no JSON"),
        (Fault(kind="empty"), "unknown", 1, "answered 200 without a picture; it may have been billed."),
        (Fault(kind="status", status=400, code="moderation_blocked"), "no", 0, "content check stopped this run"),
        (Fault(kind="status", status=401), "no", 0, "refuses this server's key"),
        (Fault(kind="status", status=402), "no", 0, "has no credit for this"),
        (Fault(kind="status", status=404), "no", 0, "check PLAYGROUND_OPENAI_MODEL"),
        (Fault(kind="status", status=413), "no", 0, "too large"),
        (Fault(kind="status", status=422), "no", 0, "change it, or choose another backend"),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else "",
)
def test_one_order_goes_out_and_it_is_said_what_may_have_been_billed(
    scene: Scene, fault: Fault, billed: str, bills: int, words: str
) -> None:
    scene.world.faults.add(fault.model_copy(update={"operation": MAKE, "times": 9}))
    error, run = scene.failed(fox(count=3))
    assert words in str(error)
    assert (error.billed, run.billed, run.status) == (billed, billed, "failed")
    assert len(scene.world.account.bills) == bills
    state, *_ = scene.playground.budget.entry(run.id) or ("",)
    assert (state, run.cost_usd) == (("held", None) if billed == "unknown" else ("released", Decimal(0)))
    assert scene.playground.history.recoverable(ME) == ()
    scene.world.faults.clear()
    assert len(scene.world.account.bills) == bills


def test_a_busy_server_is_asked_again_only_where_it_took_nothing(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", status=429, retry_after=2, operation=MAKE, times=2))
    _, run = scene.draw(fox())
    assert (run.status, len(scene.world.account.bills)) == ("finished", 1)
    assert [round(seconds) for seconds in scene.waits] == [2, 2]


def test_one_that_stays_busy_is_told_as_busy(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", status=429, operation=MAKE, times=9))
    error, _ = scene.failed(fox())
    assert (type(error), error.billed) == (ProviderBusy, "no")


def test_an_account_that_is_empty_is_told_as_that(scene: Scene) -> None:
    scene.world.account.empty()
    error, _ = scene.failed(fox())
    assert isinstance(error, InsufficientCredit)
    assert "exceeded your current quota" in str(error)


def test_the_pictures_before_a_fault_stay_and_nothing_more_is_ordered(scene: Scene) -> None:
    scene.draw(fox())
    scene.world.faults.add(Fault(kind="slow", operation=MAKE))
    scene.world.faults.add(Fault(kind="drop_after", operation=MAKE))
    error, run = scene.failed(fox(count=4, prompt="another fox"))
    assert isinstance(error, ProviderTimeout)
    assert (run.status, len(run.images), run.cost_usd, run.billed) == ("partial", 1, None, "unknown")
    assert len(scene.world.account.bills) == 3
    state, reserved, settled = scene.playground.budget.entry(run.id) or ("", Decimal(0), None)
    assert (state, reserved, settled) == ("held", Decimal("0.004"), Decimal("0.001"))


@pytest.mark.parametrize("kind", ["address", "lossy"])
def test_an_odd_answer_that_holds_the_picture_is_taken(scene: Scene, kind: str) -> None:
    scene.world.faults.add(Fault(kind=kind, operation=MAKE))
    _, run = scene.draw(fox())
    assert run.images[0].format == ("jpeg" if kind == "lossy" else "png")
    assert run.images[0].original is not None


def test_a_picture_of_another_size_is_kept_and_told(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="small", operation=MAKE))
    _, run = scene.draw(fox(width=256, height=256))
    (image,) = run.images
    assert (image.width, image.height) == (128, 128)
    assert image.details["as_made"] == "OpenAI API drew 128×128 where 256×256 was asked."


def test_a_masked_picture_of_another_size_keeps_what_the_mask_keeps(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="small", operation=EDIT))
    _, run = scene.draw(scene.inpainted())
    assert (run.images[0].width, run.images[0].height) == (128, 128)
    assert "drew 64×64 where 128×128 was asked" in run.images[0].details["as_made"]


def test_a_file_that_lies_elsewhere_and_is_gone_stays_to_be_fetched(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="address", operation=MAKE))
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    error, run = scene.failed(fox())
    assert (error.billed, run.cost_usd) == ("unknown", None)
    (open_run,) = scene.playground.history.recoverable(ME)
    list(collect(scene.playground, Caller(visitor=ME), open_run))
    again = scene.playground.store.run(run.id)
    assert (again.status, len(again.images), again.cost_usd) == ("finished", 1, Decimal("0.001"))
    assert (scene.world.count(MAKE), scene.playground.history.recoverable(ME)) == (1, ())


def test_edits_that_are_gone_since_it_was_looked_at_are_learned(scene: Scene) -> None:
    assert "inpaint" in scene.backend.capabilities.modes
    scene.world.habits = Habits(edits=False)
    error, _ = scene.failed(scene.redrawn())
    assert (type(error), error.billed) == (ProviderRefused, "no")
    assert scene.backend.capabilities.modes == ("text_to_image",)


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    def absent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody listens", request=request)

    with answered(tmp_path, absent) as scene:
        error, _ = scene.failed(fox())
        told = scene.backend.state(Caller(visitor=ME))
    assert (told.ready, told.message.startswith("OpenAI API can't be reached")) == (False, True)
    assert (str(error).startswith("OpenAI API can't be reached"), error.billed) == (True, "no")


def test_a_key_never_goes_over_an_open_line(tmp_path: Path) -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError(request.url)

    given = {"PLAYGROUND_OPENAI_BASE_URL": "http://paid.example/v1", "PLAYGROUND_OPENAI_API_KEY": "sk-canary-1"}
    with answered(tmp_path, never, **given) as scene:
        error, _ = scene.failed(fox())
    assert isinstance(error, NotReady)
    assert "use https" in str(error)
    assert "canary" not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": None},
        {"data": [{}]},
        {"data": [{"b64_json": "%%%"}]},
        {"data": [{"b64_json": "aGVsbG8="}]},
        {"data": {"b64_json": 7}},
        [],
    ],
)
def test_an_answer_without_a_readable_picture_may_have_been_billed(tmp_path: Path, body: object) -> None:
    orders = []

    def answer(request: httpx.Request) -> httpx.Response:
        if b"prompt" in request.content:
            orders.append(request)
            return httpx.Response(200, json=body)
        return httpx.Response(400 if request.method == "POST" else 404, json={})

    with answered(tmp_path, answer) as scene:
        error, run = scene.failed(fox())
    assert (type(error), error.billed, run.cost_usd, len(orders)) == (BadReply, "unknown", None, 1)


@pytest.mark.parametrize("url", ["https://elsewhere.test/a.png", "http://169.254.169.254/a.png", "file:///etc/passwd"])
def test_an_address_on_another_host_is_not_followed(tmp_path: Path, url: str) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"data": [{"url": url}]})

    with answered(tmp_path, answer) as scene:
        error, run = scene.failed(fox())
    assert (error.billed, run.billed) == ("unknown", "unknown")
    assert all(each.startswith("http://server.test/v1/") for each in asked)


@pytest.mark.parametrize(
    ("status", "told", "billed"),
    [(424, "unknown", "unknown"), (402, "yes", "yes"), (402, "no", "no"), (500, "no", "no"), (424, None, "unknown")],
)
def test_another_playground_says_itself_whether_it_was_billed(
    tmp_path: Path, status: int, told: str | None, billed: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        error = {"message": "It stopped.", "type": "api_error", "playground": {"billed": told, "run_ids": ["1"]}}
        return httpx.Response(status if b"prompt" in request.content else 400, json={"error": error})

    with answered(tmp_path, answer) as scene:
        error, run = scene.failed(fox())
    assert (error.billed, run.billed) == (billed, billed)
    assert ("may have been billed" in str(error)) == (billed == "unknown")


def test_what_a_proxy_refuses_in_its_own_name_is_left_out_once(tmp_path: Path) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        if b"prompt" not in request.content:
            return httpx.Response(400, json={})
        asked.append(json.loads(request.content))
        if "response_format" in asked[-1]:
            message = "litellm.UnsupportedParamsError: Setting `response_format` is not supported by openai, z."
            return httpx.Response(400, json={"error": {"message": message, "param": None, "code": "400"}})
        return httpx.Response(200, json={"data": [{"b64_json": PIXEL}]})

    with answered(tmp_path, answer) as scene:
        scene.draw(fox())
        scene.draw(fox(seed=2))
    assert [[name for name in ("seed", "response_format") if name in body] for body in asked] == [
        ["seed", "response_format"],
        ["seed"],
        ["seed"],
    ]

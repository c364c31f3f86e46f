"""What Runware refuses, and what never reaches it: the kind of each error, its words, and that nothing is billed."""

from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from backend.adapters.job import Heard, Waiter
from backend.adapters.provider.line import Line
from backend.adapters.runware.service import Service
from backend.adapters.runware.wire import Message
from backend.domain.errors import (
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
)
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, Scene, fox, runware_scene


def test_an_empty_account_bills_nothing_and_says_where_to_top_it_up(scene: Scene) -> None:
    scene.world.account.empty()
    error, run = scene.failed(fox())
    assert isinstance(error, InsufficientCredit)
    assert "my.runware.ai" in str(error)
    assert (error.billed, run.cost_usd, run.status) == ("no", Decimal(0), "failed")


def test_a_wrong_key_is_named_as_such(scene: Scene) -> None:
    scene.world.key = "another"
    error, _ = scene.failed(fox())
    assert isinstance(error, ProviderRefused)
    assert "`RUNWARE_API_KEY`" in str(error)
    assert error.billed == "no"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "invalidCFGScale", ProviderRefused),
        (400, "unsupportedParameter", ProviderRefused),
        (400, "thirdPartyInsufficientCredits", InsufficientCredit),
        (401, "invalidApiKey", ProviderRefused),
        (402, "insufficientCredits", InsufficientCredit),
        (403, "permissionDenied", ProviderRefused),
        (400, "contentPolicyViolation", ProviderRefused),
        (400, "providerContentPolicyViolation", ProviderRefused),
        (404, "modelNotFound", GenerationFailed),
        (429, "inferenceRateLimitExceeded", ProviderBusy),
        (500, "internalServerError", GenerationFailed),
        (503, "serviceUnavailable", ProviderBusy),
        (504, "timeoutProvider", ProviderTimeout),
        (418, "aCodeOfTomorrow", GenerationFailed),
    ],
)
def test_each_refusal_has_its_kind_and_bills_nothing(
    scene: Scene, status: int, code: str, kind: type[PlaygroundError]
) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=status, code=code, times=9))
    error, run = scene.failed(fox())
    assert type(error) is kind
    assert error.details["code"] == code
    assert (error.billed, run.cost_usd) == ("no", Decimal(0))
    assert scene.world.account.bills == []


@pytest.mark.parametrize(("status", "code"), [(429, "rateLimitExceeded"), (503, None), (500, None)])
def test_a_busy_service_is_asked_again_under_the_same_uuid(scene: Scene, status: int, code: str | None) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=status, code=code, times=2, retry_after=2))
    images, run = scene.draw(fox())
    assert (len(images), run.status) == (1, "finished")
    assert len(scene.waits) == 2
    assert all(2 <= wait < 3 for wait in scene.waits)


def test_too_long_a_retry_after_ends_the_run_at_once(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=429, retry_after=900, times=9))
    error, _ = scene.failed(fox())
    assert isinstance(error, ProviderBusy)
    assert scene.waits == []


def test_a_stranger_at_the_poll_says_nothing_of_the_bill(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", operation="runware.getResponse", status=401, times=9))
    error, run = scene.failed(fox(delivery="async"))
    assert isinstance(error, ProviderRefused)
    assert (error.billed, run.cost_usd) == ("unknown", None)


def test_nobody_there_bills_nothing(scene: Scene) -> None:
    scene.runware.service.line.base_url = "http://127.0.0.1:9/v1"
    error, run = scene.failed(fox())
    assert isinstance(error, ProviderUnreachable)
    assert (error.billed, run.cost_usd) == ("no", Decimal(0))


def test_a_simulator_on_this_machine_is_reached_past_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with runware_scene(tmp_path) as scene:
        assert scene.draw(fox())[1].status == "finished"


@pytest.mark.parametrize(("first", "billed"), [(httpx.ReadError("reset"), "unknown"), (httpx.ConnectError(""), "no")])
def test_an_answer_without_words_after_a_try_that_was_lost_leaves_the_bill_in_doubt(
    first: Exception, billed: str
) -> None:
    answers = iter([first, httpx.Response(403)])

    def answer(_: httpx.Request) -> httpx.Response:
        found = next(answers)
        if isinstance(found, Exception):
            raise found
        return found

    line = Line(
        "Runware", "https://a.test", scheme="Bearer", transport=httpx.MockTransport(answer), sleep=lambda _: None
    )
    with pytest.raises(ProviderRefused) as caught:
        Service(line).submit([Message()], SecretStr("key"), waiter=Waiter(Heard()))
    assert caught.value.billed == billed

"""What goes wrong at Runware: nothing paid twice, no image lost, and words that say what to do."""

import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.caller import Caller
from backend.encoding import encode
from backend.errors import (
    BadReply,
    GenerationFailed,
    InsufficientCredit,
    PlaygroundError,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    StorageFull,
)
from backend.events import Failed
from backend.generate import collect, generate
from backend.requests import Inpaint, Request, TextToImage, seeds
from backend.runs.records import Run
from backend.runware.mapping import Inlaid, to_task
from backend.runware.options import RunwareOptions
from backend.runware.service import new_uuid
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.runware.scene import Scene, runware_scene

INFER = "runware.imageInference"
ONE = Decimal("0.0006")


def fox(count: int = 1, **options: object) -> TextToImage:
    return TextToImage(prompt="a fox", width=128, height=128, seed=1, count=count, options=options)


def failed(scene: Scene, request: Request) -> tuple[PlaygroundError, Run]:
    end = scene.events(request)[-1]
    assert isinstance(end, Failed)
    assert end.run is not None
    return end.error, end.run


def test_an_empty_account_bills_nothing_and_says_where_to_top_it_up(scene: Scene) -> None:
    scene.world.account.empty()
    error, run = failed(scene, fox())
    assert isinstance(error, InsufficientCredit)
    assert "my.runware.ai" in str(error)
    assert (error.billed, run.cost_usd, run.status) == ("no", Decimal(0), "failed")


def test_a_wrong_key_is_named_as_such(scene: Scene) -> None:
    scene.world.key = "another"
    error, _ = failed(scene, fox())
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
    error, run = failed(scene, fox())
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
    error, _ = failed(scene, fox())
    assert isinstance(error, ProviderBusy)
    assert scene.waits == []


def test_a_line_cut_before_the_work_is_mended_by_the_same_uuid(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER))
    _, run = scene.draw(fox())
    assert run.status == "finished"
    assert scene.world.account.bills == [ONE]


@pytest.mark.parametrize("delivery", ["sync", "async"])
def test_an_answer_lost_after_the_work_is_fetched_and_not_paid_twice(scene: Scene, delivery: str) -> None:
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    images, run = scene.draw(fox(3, delivery=delivery))
    assert sorted(image.index for image in images) == [0, 1, 2]
    assert (run.status, run.cost_usd) == ("finished", 3 * ONE)
    assert scene.world.account.bills == 3 * [ONE]


def test_an_answer_that_never_comes_is_looked_for_in_the_archive(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    images, run = scene.draw(fox(2))
    assert (len(images), run.status) == (2, "finished")
    assert scene.world.account.bills == 2 * [ONE]


def test_a_run_that_the_archive_knows_nothing_of_may_be_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    error, run = failed(scene, fox())
    assert isinstance(error, ProviderTimeout)
    assert (error.billed, run.cost_usd, run.cost_kind) == ("unknown", None, "unknown")


def test_some_images_and_an_error_in_one_reply_are_both_kept(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="partial", operation=INFER))
    images, run = scene.draw(fox(4))
    assert [image.seed for image in images] == [1, 2, 3]
    assert (run.status, run.cost_usd, run.billed) == ("partial", 3 * ONE, "no")
    assert run.error is not None
    assert "could not make the image" in run.error


def test_an_answer_that_is_no_answer_may_be_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="garbage", operation=INFER))
    error, run = failed(scene, fox())
    assert isinstance(error, BadReply)
    assert (error.billed, run.cost_usd) == ("unknown", None)


@pytest.mark.parametrize("status", [200, 502, 524])
def test_images_behind_a_gateways_page_are_found(scene: Scene, status: int) -> None:
    scene.world.faults.add(Fault(kind="gateway", operation=INFER, times=9, status=status))
    images, run = scene.draw(fox(2))
    assert (len(images), run.status) == (2, "finished")
    assert scene.world.account.bills == 2 * [ONE]


def test_an_image_without_its_file_is_looked_for_once_and_was_billed(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="wrong_shape", operation=INFER))
    error, run = failed(scene, fox())
    assert isinstance(error, BadReply)
    assert "no file of it any more" in str(error)
    assert (error.billed, run.cost_usd) == ("yes", None)
    assert len(scene.waits) == 1


def test_a_full_disk_doesnt_make_a_paid_image_unbilled(scene: Scene) -> None:
    folder = scene.playground.files.folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_bytes(b"a file where the folder should be")
    error, run = failed(scene, fox(2))
    assert isinstance(error, StorageFull)
    assert (error.billed, run.cost_usd) == ("yes", None)
    assert len(run.provider_ids["found"]) == 2


@pytest.mark.parametrize("kind", ["html_image", "huge_image", "gone"])
def test_a_file_that_is_no_image_costs_the_others_nothing(scene: Scene, kind: str) -> None:
    scene.world.faults.add(Fault(kind=kind, operation="media"))
    images, run = scene.draw(fox(3))
    assert len(images) == 2
    assert run.status == "partial"
    assert run.billed in ("yes", "unknown")


def test_an_image_that_could_not_be_fetched_is_recovered_later(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    _, run = scene.draw(fox(2))
    list(collect(scene.playground, Caller(visitor="visitor-1"), scene.playground.store.run(run.id)))
    run = scene.playground.store.run(run.id)
    assert sorted(image.index for image in run.images) == [0, 1]
    assert (run.status, run.cost_usd) == ("finished", 2 * ONE)
    assert scene.world.account.bills == 2 * [ONE]


@pytest.mark.parametrize("delivery", ["sync", "async"])
def test_a_run_that_a_crash_left_is_collected_without_a_new_order(scene: Scene, delivery: str) -> None:
    left = crashed(scene, fox(2, delivery=delivery))
    list(collect(scene.playground, Caller(visitor="visitor-1"), left))
    run = scene.playground.store.run(left.id)
    assert (run.status, len(run.images), run.cost_usd) == ("finished", 2, 2 * ONE)
    assert scene.world.count(INFER) == 2


def test_a_collected_inpainting_is_put_together_like_any_other(scene: Scene) -> None:
    original, mask = Image.new("RGB", (128, 128), "navy"), Image.new("RGB", (128, 128))
    mask.paste("white", (0, 0, 64, 128))
    image, painted = (scene.playground.files.put(encode(one, "png"), "png") for one in (original, mask))
    scene.world.faults.add(Fault(kind="gone", operation="media"))
    _, run = scene.draw(Inpaint(prompt="a fox", image=image, mask=painted, seed=1))
    assert run.images == ()
    list(collect(scene.playground, Caller(visitor="visitor-1"), run))
    (made,) = scene.playground.store.run(run.id).images
    with Image.open(scene.playground.files.path(made.sha256)) as picture:
        assert picture.getpixel((100, 64)) == (0, 0, 128)
        assert picture.getpixel((10, 64)) != (0, 0, 128)


def test_an_asynchronous_run_may_fail_in_part(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="partial", operation=INFER, code="timeoutProvider"))
    images, run = scene.draw(fox(3, delivery="async"))
    assert sorted(image.index for image in images) == [0, 1]
    assert (run.status, run.billed, run.cost_usd) == ("partial", "no", 2 * ONE)


def test_a_run_that_never_left_before_the_crash_is_found_out(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=INFER, times=9))
    _, run = failed(scene, fox())
    events = list(collect(scene.playground, Caller(visitor="visitor-1"), run))
    assert isinstance(events[-1], Failed)
    assert "knows nothing of this run" in str(events[-1].error)
    assert events[-1].error.billed == "unknown"


def test_a_run_on_a_visitors_own_key_is_not_collected_with_the_servers(scene: Scene) -> None:
    left = crashed(scene, fox(), own_key=True)
    events = list(collect(scene.playground, Caller(visitor="visitor-1"), left))
    assert isinstance(events[-1], Failed)
    assert "paste it again" in str(events[-1].error)
    assert events[-1].error.billed == "unknown"


def test_a_stranger_at_the_poll_says_nothing_of_the_bill(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", operation="runware.getResponse", status=401, times=9))
    error, run = failed(scene, fox(delivery="async"))
    assert isinstance(error, ProviderRefused)
    assert (error.billed, run.cost_usd) == ("unknown", None)


def test_nobody_there_bills_nothing(scene: Scene) -> None:
    scene.runware.service.line.base_url = "http://127.0.0.1:9/v1"
    error, run = failed(scene, fox())
    assert isinstance(error, ProviderUnreachable)
    assert (error.billed, run.cost_usd) == ("no", Decimal(0))


def test_a_simulator_on_this_machine_is_reached_past_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with runware_scene(tmp_path) as scene:
        assert scene.draw(fox())[1].status == "finished"


def test_leaving_after_the_order_keeps_the_image(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="slow", operation=INFER, seconds=0.5))
    events = generate(scene.playground, Caller(visitor="visitor-1"), "runware", fox())
    for event in events:
        if scene.world.arrivals or type(event).__name__ == "Submitted":
            break
    events.close()  # type: ignore[attr-defined]
    (run,) = finished(scene)
    assert (run.status, len(run.images), run.cost_usd) == ("finished", 1, ONE)


def finished(scene: Scene) -> list[Run]:
    """Wait until no run is going any more, and return them."""
    for thread in threading.enumerate():
        if thread.name == "run":
            thread.join(10)
    return scene.playground.store.runs("visitor-1")


def crashed(scene: Scene, request: TextToImage, *, own_key: bool = False) -> Run:
    """Return a run as a crash after the order left it: the tasks done there, no image here."""
    options = RunwareOptions.model_validate(request.options)
    ids = [new_uuid() for _ in seeds(request)]
    tasks = [
        to_task(request, options, Inlaid(size=(128, 128)), task_uuid=one, seed=seed)
        for one, seed in zip(ids, seeds(request), strict=True)
    ]
    scene.runware.service.submit(tasks, SecretStr(KEY))
    known = {"tasks": ids, "delivery": options.delivery, "own_key": own_key}
    now = datetime.now(UTC)
    run = Run("run-1", "visitor-1", "runware", request, "running", now, estimate_usd=ONE, provider_ids=known)
    with scene.playground.budget.transaction() as connection:
        scene.playground.budget.reserve(run, ONE, connection=connection)
        scene.playground.store.add(run, connection=connection)
    return run

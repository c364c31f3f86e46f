"""The exact price: asked only where a run's own id has shown that asking buys nothing."""

from decimal import Decimal

import pytest
from PIL import Image
from pydantic import SecretStr

from backend.adapters.runware.dry_run import PROOF_SECONDS, DryRuns
from backend.adapters.runware.service import key_mark, new_uuid
from backend.domain.caller import Caller
from backend.domain.errors import BadReply, GenerationFailed, ProviderRefused, ProviderTimeout, Unsupported
from backend.domain.requests import ControlNet, ImageToImage, Request, TextToImage
from backend.generation.generate import collect
from backend.generation.pricing import exact_price_of
from backend.images.encoding import encode
from backend.images.storage.disk import BLOCK, Disk
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.runware.scene import INFER, ONE, Scene, fox
from tests.backend.locked import Locked

ME = Caller(visitor="visitor-1")
LARGE = TextToImage(prompt="a fox", width=1024, height=1024, count=2)


def asked(scene: Scene, request: Request = LARGE, caller: Caller = ME) -> Decimal:
    return exact_price_of(scene.playground, caller, scene.runware, request)


def test_after_a_run_the_price_is_asked_and_nothing_is_bought(scene: Scene) -> None:
    scene.draw(fox())
    assert asked(scene) == 2 * Decimal("0.0026")
    assert scene.world.account.bills == [ONE]
    assert scene.world.count(INFER) == 1
    assert len(scene.playground.store.runs("visitor-1")) == 1


def test_before_any_run_nothing_is_asked(scene: Scene) -> None:
    with pytest.raises(Unsupported, match="within an hour after a text-to-image run"):
        asked(scene)
    assert scene.world.arrivals == []


def test_a_service_that_ignores_the_header_is_found_out_without_a_bill(scene: Scene) -> None:
    scene.world.dry_runs = False
    scene.draw(fox())
    with pytest.raises(Unsupported, match="asking might be buying"):
        asked(scene)
    assert scene.world.account.bills == [ONE]


def test_the_trial_is_of_one_key_and_of_an_hour(scene: Scene) -> None:
    now = [0.0]
    scene.runware.dry_runs = DryRuns(scene.runware.service, clock=lambda: now[0])
    scene.draw(fox())
    other = Caller(visitor="visitor-1", keys={"runware": SecretStr("another-key")})
    with pytest.raises(Unsupported):
        asked(scene, caller=other)
    now[0] = PROOF_SECONDS + 1
    with pytest.raises(Unsupported):
        asked(scene)
    scene.draw(fox())
    asked(scene)
    now[0] *= 9
    assert asked(scene, fox()) == ONE


def test_a_trial_whose_answer_is_lost_proves_nothing(scene: Scene) -> None:
    scene.draw(fox())
    scene.world.key = "another"
    with pytest.raises(Unsupported):
        asked(scene)
    scene.world.key = KEY
    assert asked(scene, fox()) == ONE


def test_what_runware_would_refuse_is_said_by_the_price_too(scene: Scene) -> None:
    scene.draw(fox())
    asked(scene)
    scene.world.key = "another"
    with pytest.raises(ProviderRefused):
        asked(scene)


def spent(scene: Scene) -> Decimal:
    """Return what the ledger has settled."""
    entries = [scene.playground.budget.entry(run.id) for run in scene.playground.store.runs("visitor-1")]
    return sum((entry[2] for entry in entries if entry and entry[0] == "settled" and entry[2]), Decimal(0))


@pytest.mark.parametrize("caps", [Caps(), Caps(visitor=Decimal("0.002"))], ids=["no cap", "a cap without room"])
def test_a_price_that_comes_with_images_ends_the_trust_and_is_a_run_to_recover(scene: Scene, caps: Caps) -> None:
    scene.draw(fox())
    asked(scene)
    scene.world.dry_runs = False
    object.__setattr__(scene.playground, "budget", Budget(scene.playground.budget.engine, caps))
    with pytest.raises(BadReply, match="asked for a price alone, and drew") as caught:
        asked(scene)
    assert caught.value.billed == "yes"
    with pytest.raises(Unsupported):
        asked(scene)
    assert (len(scene.world.account.bills), spent(scene)) == (1 + LARGE.count, sum(scene.world.account.bills))
    (drawn,) = scene.playground.history.recoverable("visitor-1")
    list(collect(scene.playground, ME, drawn))
    run = scene.playground.store.run(drawn.id)
    assert (run.status, len(run.images), spent(scene)) == ("finished", 2, sum(scene.world.account.bills))


def test_an_earlier_run_that_is_drawn_anew_for_its_price_is_on_the_bill(scene: Scene) -> None:
    scene.draw(fox())
    scene.world.dry_runs = False
    done, mark = scene.runware.dry_runs._done, key_mark(SecretStr(KEY))
    when, task = done.get(mark) or pytest.fail("it isn't remembered")
    forgotten = task.model_copy(update={"task_uuid": new_uuid()})  # The service doesn't know its UUID any more.
    done.put(mark, (when, forgotten))
    with pytest.raises(BadReply, match="drew it anew") as caught:
        asked(scene)
    assert (caught.value.billed, spent(scene)) == ("yes", sum(scene.world.account.bills))
    assert scene.playground.history.recoverable("visitor-1") == ()


def test_a_price_whose_answer_is_lost_is_held_until_somebody_knows(scene: Scene) -> None:
    scene.draw(fox())
    asked(scene)
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    scene.world.dry_runs = False
    with pytest.raises(ProviderTimeout) as caught:
        asked(scene, fox())
    assert caught.value.billed == "unknown"
    (lost,) = scene.playground.history.recoverable("visitor-1")
    list(collect(scene.playground, ME, lost))
    assert scene.playground.store.run(lost.id).status == "finished"
    assert spent(scene) == sum(scene.world.account.bills) == 2 * ONE


def lose_price(scene: Scene) -> None:
    """Let Runware draw where a price is asked, and its answer be lost on the way."""
    scene.draw(fox())
    asked(scene)
    scene.world.faults.add(Fault(kind="drop_after", operation=INFER))
    scene.world.dry_runs = False


def test_what_was_spent_on_a_price_is_booked_on_a_full_disk_and_claims_no_room(scene: Scene) -> None:
    lose_price(scene)
    disk = Disk(BLOCK, scene.playground.settings.data)
    object.__setattr__(scene.playground, "disk", disk)
    with pytest.raises(ProviderTimeout):
        asked(scene, fox())
    (lost,) = scene.playground.history.recoverable("visitor-1")
    entry = scene.playground.budget.entry(lost.id)
    assert entry is not None
    assert entry[0] == "held"
    assert disk.measure() == disk.used


def test_what_was_spent_on_a_price_is_booked_once_the_record_can_be_written(scene: Scene) -> None:
    lose_price(scene)
    locked = Locked(scene.playground.store.engine)
    locked.lock(times=2)
    with pytest.raises(ProviderTimeout):
        asked(scene, fox())
    assert locked.refused == 2
    (lost,) = scene.playground.history.recoverable("visitor-1")
    list(collect(scene.playground, ME, lost))
    assert spent(scene) == sum(scene.world.account.bills) == 2 * ONE


def test_a_proof_whose_answer_is_lost_costs_nothing_and_leaves_no_run(scene: Scene) -> None:
    scene.draw(fox())
    scene.runware.service.line.base_url = f"{scene.address}/nowhere"
    with pytest.raises(GenerationFailed) as caught:
        asked(scene)
    assert (caught.value.billed, len(scene.playground.store.runs("visitor-1"))) == ("no", 1)


def test_a_picture_goes_along_and_a_map_that_must_be_bought_is_made_first(scene: Scene) -> None:
    scene.draw(fox())
    image = scene.playground.files.put(encode(Image.new("RGB", (128, 128)), "png"), "png")
    assert asked(scene, ImageToImage(prompt="a fox", image=image)) == ONE
    with pytest.raises(Unsupported, match="make the map"):
        asked(scene, ControlNet(prompt="a fox", image=image, preprocess="depth"))
    assert scene.world.account.bills == [ONE]


def test_a_run_that_failed_is_no_trial(scene: Scene) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=402))
    scene.draw(fox())
    with pytest.raises(Unsupported, match="within an hour"):
        asked(scene)

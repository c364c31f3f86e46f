"""Control pictures: made here where this machine can, else bought, recorded, and never bought twice."""

from decimal import Decimal

import numpy as np
import pytest
from PIL import Image, ImageDraw

from backend.domain.caller import Caller
from backend.domain.errors import OverBudget, PlaygroundError, Unsupported
from backend.domain.events import Event, Failed, Finished, Mapped, Tell, unheard
from backend.domain.parts import Control, Preprocess
from backend.domain.requests import ControlNet
from backend.experiments.axes import read_axis
from backend.experiments.compare import contenders
from backend.experiments.control_check import effect_estimate
from backend.experiments.control_map import control_map
from backend.experiments.grid import plan
from backend.generation.generate import draw_control
from backend.generation.pricing import price_of
from backend.images.encoding import encode
from backend.images.metadata.origin import read_origin
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.restore.read import read_metadata
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, ONE, PREPROCESS, Scene

ME = Caller(visitor="visitor-1")


@pytest.fixture
def image(scene: Scene) -> str:
    picture = Image.new("RGB", (300, 200), "white")
    ImageDraw.Draw(picture).rectangle((100, 50, 200, 150), fill="black")
    return scene.playground.files.put(encode(picture, "png"), "png")


class Everything:
    """A machine with every detector."""

    def ready(self, preprocess: Preprocess) -> bool:
        return True

    def detect(self, control: Control, image: Image.Image, *, tell: Tell = unheard) -> Image.Image:
        return Image.new("RGB", image.size, "teal")


def bought(scene: Scene, image: str, preprocess: str = "depth") -> list[Event]:
    return list(draw_control(scene.playground, ME, "runware", Control(image=image, preprocess=preprocess)))


def test_edges_are_shown_before_the_run_at_no_cost(scene: Scene, image: str) -> None:
    assert scene.runware.control_estimate(Control(image=image), ME).free
    picture = scene.runware.control_picture(Control(image=image), ME)
    values = np.asarray(picture.convert("L"))
    assert picture.size == (300, 200)
    assert values[100, 100] == 255 or values[100, 99] == 255
    assert values[10, 10] == 0
    assert scene.world.arrivals == []


def test_a_map_of_ones_own_is_shown_as_it_is(scene: Scene, image: str) -> None:
    picture = scene.runware.control_picture(Control(image=image, preprocess="none"), ME)
    assert picture.getpixel((10, 10)) == (255, 255, 255)


@pytest.mark.parametrize("preprocess", ["depth", "pose"])
def test_a_machine_with_the_detector_makes_the_map_itself(scene: Scene, image: str, preprocess: str) -> None:
    scene.runware.detectors = Everything()
    control = Control(image=image, preprocess=preprocess)
    assert scene.runware.control_estimate(control, ME).free
    assert scene.runware.control_picture(control, ME).getpixel((0, 0)) == (0, 128, 128)
    request = ControlNet(prompt="a box", image=image, preprocess=preprocess, seed=1)
    _, run = scene.draw(request)
    assert (run.status, run.estimate_usd, run.cost_usd) == ("finished", ONE, ONE)
    assert scene.world.count(PREPROCESS) == 0


@pytest.mark.parametrize("preprocess", ["depth", "pose"])
def test_without_the_detector_the_price_is_said_and_nothing_is_bought_unasked(
    scene: Scene, image: str, preprocess: str
) -> None:
    control = Control(image=image, preprocess=preprocess)
    assert scene.runware.control_estimate(control, ME).likely == ONE
    with pytest.raises(Unsupported, match="makes for a price"):
        scene.runware.control_picture(control, ME)
    assert scene.world.arrivals == []


def test_a_map_that_is_bought_alone_is_a_run_with_its_bill(scene: Scene, image: str) -> None:
    end = bought(scene, image)[-1]
    assert isinstance(end, Finished)
    (made,) = end.run.images
    assert (made.width, made.height, made.cost_usd, made.seed) == (300, 200, ONE, None)
    assert (end.run.cost_usd, end.run.cost_kind, end.run.request.prompt) == (ONE, "billed", "Control picture: depth")
    assert scene.playground.budget.entry(end.run.id) == ("settled", 3 * ONE, ONE)
    assert scene.world.account.bills == [ONE]
    content = scene.playground.files.whole(made.sha256)
    assert read_origin(content) is None, "a map is no picture that a model drew"
    assert read_metadata(content) is not None


def test_a_run_takes_the_map_that_was_bought_and_pays_for_it_no_more(scene: Scene, image: str) -> None:
    request = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    assert price_of(scene.playground, ME, scene.runware, request).likely == 2 * ONE
    bought(scene, image)
    assert price_of(scene.playground, ME, scene.runware, request).likely == ONE
    _, run = scene.draw(request)
    assert (run.status, run.cost_usd, run.request.preprocess) == ("finished", ONE, "depth")
    assert scene.world.count(PREPROCESS) == 1


def test_comparison_grid_and_check_price_a_bought_map_as_the_run_does(scene: Scene, image: str) -> None:
    request = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    steps = read_axis("steps", "4,4,4", mode="controlnet")

    def prices() -> list[Decimal | None]:
        (compared,) = contenders(scene.playground, ME, request, chosen="runware")
        planned = plan(scene.playground, ME, "runware", request, [steps])
        checked = effect_estimate(scene.playground, ME, scene.runware, request)
        return [compared.estimate and compared.estimate.likely, planned.price.likely, checked.likely]

    before = prices()
    bought(scene, image)
    after = prices()
    assert [was - now for was, now in zip(before, after, strict=True) if was and now] == [ONE, 3 * ONE, 2 * ONE]


def test_a_map_is_shown_for_nothing_once_it_was_bought(scene: Scene, image: str) -> None:
    def shown(*, buy: bool) -> Event:
        control = Control(image=image, preprocess="pose")
        return list(control_map(scene.playground, ME, scene.runware, control, {}, buy=buy))[-1]

    assert isinstance(shown(buy=False), Failed)
    first = shown(buy=True)
    assert isinstance(first, Mapped)
    assert first.size == (300, 200)
    again = [shown(buy=buy) for buy in (False, True)]
    assert [each.sha256 for each in again if isinstance(each, Mapped)] == [first.sha256] * 2
    assert scene.world.account.bills == [ONE]


def test_another_visitor_or_another_kind_of_map_is_not_known(scene: Scene, image: str) -> None:
    bought(scene, image)
    depth, pose = (ControlNet(prompt="a box", image=image, preprocess=kind, seed=1) for kind in ("depth", "pose"))
    assert price_of(scene.playground, Caller(visitor="another"), scene.runware, depth).likely == 2 * ONE
    assert price_of(scene.playground, ME, scene.runware, pose).likely == 2 * ONE


def test_a_map_that_is_in_the_trash_is_bought_anew(scene: Scene, image: str) -> None:
    end = bought(scene, image)[-1]
    assert isinstance(end, Finished)
    scene.playground.history.delete("visitor-1", [end.run.id])
    request = ControlNet(prompt="a box", image=image, preprocess="depth", seed=1)
    assert price_of(scene.playground, ME, scene.runware, request).likely == 2 * ONE


def test_the_cap_holds_for_maps_too(scene: Scene, image: str) -> None:
    tight = Budget(scene.playground.budget.engine, Caps(visitor=ONE))
    object.__setattr__(scene.playground, "budget", tight)
    with pytest.raises(OverBudget):
        bought(scene, image)
    assert scene.world.arrivals == []


def test_a_control_picture_that_was_paid_for_is_on_the_bill_of_a_refused_run(scene: Scene, image: str) -> None:
    scene.world.faults.add(Fault(kind="status", operation=INFER, status=400, code="invalidModel"))
    _, run = scene.draw(ControlNet(prompt="a box", image=image, preprocess="pose", seed=1))
    assert (run.status, run.billed, run.cost_usd) == ("failed", "yes", ONE)
    assert scene.world.account.bills == [ONE]


def test_a_control_picture_that_is_refused_ends_the_run_unbilled(scene: Scene, image: str) -> None:
    scene.world.faults.add(Fault(kind="status", operation=PREPROCESS, status=402))
    _, run = scene.draw(ControlNet(prompt="a box", image=image, preprocess="depth", seed=1))
    assert (run.status, run.billed, scene.world.account.bills) == ("failed", "no", [])


@pytest.mark.parametrize("lost", ["drop_after", "gateway"])
def test_a_map_whose_answer_is_lost_is_found_and_not_paid_twice(scene: Scene, image: str, lost: str) -> None:
    scene.world.faults.add(Fault(kind=lost, operation=PREPROCESS, status=502))
    _, run = scene.draw(ControlNet(prompt="a box", image=image, preprocess="depth", seed=1))
    assert (run.status, run.cost_usd) == ("finished", 2 * ONE)
    assert scene.world.account.bills == [ONE, ONE]


def test_a_map_that_nobody_knows_of_may_be_billed(scene: Scene, image: str) -> None:
    scene.world.faults.add(Fault(kind="drop", operation=PREPROCESS, times=9))
    error, run = scene.failed(ControlNet(prompt="a box", image=image, preprocess="depth", seed=1))
    assert isinstance(error, PlaygroundError)
    assert (error.billed, run.cost_usd, scene.world.count(INFER)) == ("unknown", None, 0)


def test_the_result_has_the_control_images_own_size(scene: Scene, image: str) -> None:
    _, run = scene.draw(ControlNet(prompt="a box", image=image, seed=1))
    assert (run.images[0].width, run.images[0].height) == (304, 192)

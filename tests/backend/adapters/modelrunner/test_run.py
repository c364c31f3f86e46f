"""ModelRunner through the door, on the simulator: what goes right."""

import time
from collections.abc import Callable
from decimal import Decimal

import pytest
from PIL import Image

from backend.adapters.job import Heard, Noted
from backend.domain.caller import Caller
from backend.domain.errors import Unsupported
from backend.domain.events import Committed, Event, Finished, Generated, Progress
from backend.domain.records import Run
from backend.domain.requests import ControlNet, TextToImage
from backend.generation.generate import generate
from backend.playground import Playground
from backend.simulator.world import World

Ask = Callable[..., list[Event]]
Suffer = Callable[..., None]


def finished(events: list[Event]) -> Run:
    last = events[-1]
    assert isinstance(last, Finished), last
    return last.run


def test_an_image_comes_with_its_seed_and_its_bill(ask: Ask, world: World, playground: Playground) -> None:
    run = finished(ask())
    (image,) = run.images
    price = Decimal("0.0065") * 256 * 128 / 10**6
    assert (run.status, run.cost_kind, image.seed) == ("finished", "billed", 7)
    assert run.cost_usd == image.cost_usd == price.quantize(Decimal("1e-6")) == world.account.bills[0]
    assert (image.width, image.height, image.format) == (256, 128, "png")
    with Image.open(playground.files.path(image.sha256)) as picture:
        assert picture.size == (256, 128)
    assert image.details["request_id"] == run.provider_ids["tickets"][0]["names"]["request_id"]


def test_the_ids_are_on_disk_before_the_request_is_sent_and_before_it_is_waited_for(
    playground: Playground, caller: Caller, control_image: str
) -> None:
    heard = Heard()
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7)
    playground.backends["modelrunner"].run(request, caller, heard)
    events = heard.told
    noted = [event.provider_ids["tickets"][0] for event in events if isinstance(event, Noted)]
    known = [(ticket["sent"], bool(ticket["names"])) for ticket in noted]
    assert known == [(True, False), (True, True), (True, True)]
    assert events.index(next(event for event in events if isinstance(event, Generated))) > 2


def test_several_images_are_requests_of_their_own_with_their_own_seeds(ask: Ask, world: World) -> None:
    run = finished(ask(count=3))
    assert [image.seed for image in run.images] == [7, 8, 9]
    sent = [arrival.body for arrival in world.arrivals if arrival.operation == "modelrunner.submit"]
    assert [(body["seed"], body["num_images"]) for body in sent] == [(7, 1), (8, 1), (9, 1)]
    assert world.count("modelrunner.initiate") == world.count("modelrunner.put") == 1
    assert run.cost_usd == sum(world.account.bills)


def test_image_i_of_a_run_is_the_single_image_of_its_seed(ask: Ask) -> None:
    several, single = finished(ask(count=2)), finished(ask(seed=8))
    assert several.images[1].original == single.images[0].original


def test_one_request_for_all_knows_only_the_first_seed_and_shares_its_bill(ask: Ask, world: World) -> None:
    run = finished(ask(count=3, options={"one_request": True}))
    assert [image.seed for image in run.images] == [7, None, None]
    assert world.count("modelrunner.submit") == 1
    assert run.cost_usd == world.account.bills[0] == sum(image.cost_usd or 0 for image in run.images)


@pytest.mark.parametrize("preprocess", ["canny", "depth", "pose", "none"])
def test_every_preprocess_is_sent_as_asked(ask: Ask, world: World, preprocess: str) -> None:
    finished(ask(preprocess=preprocess))
    assert next(a.body for a in world.arrivals if a.operation == "modelrunner.submit")["preprocess"] == preprocess


@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_images_come_in_the_format_that_was_asked_for(ask: Ask, image_format: str) -> None:
    assert finished(ask(output_format=image_format)).images[0].format == image_format


@pytest.mark.parametrize("shape", ["shape_url", "shape_files", "shape_images", "shape_bare"])
def test_every_known_shape_of_the_output_is_read(ask: Ask, suffer: Suffer, shape: str) -> None:
    suffer(shape)
    run = finished(ask())
    told = shape in ("shape_images", "shape_bare")
    (image,) = run.images
    assert (image.seed, image.details["seed_told"], image.flagged) == (7, told, False if told else None)
    assert run.cost_kind == "billed"


def test_another_models_image_says_so_and_its_seed_is_unknown(ask: Ask, suffer: Suffer) -> None:
    suffer("substitute")
    (image,) = finished(ask()).images
    assert image.seed is None
    assert "instead of tongyi-mai/z-image/turbo/controlnet:" in image.details["note"]


def test_a_price_that_only_the_record_has_is_asked_for(ask: Ask, suffer: Suffer, world: World) -> None:
    suffer("price_late")
    assert finished(ask()).cost_usd == world.account.bills[0]
    assert world.count("modelrunner.record") == 1


@pytest.mark.parametrize("fault", ["price_absent", "price_pending"])
def test_a_price_that_nobody_says_is_unknown_and_never_zero(
    ask: Ask, suffer: Suffer, playground: Playground, fault: str
) -> None:
    suffer(fault)
    run = finished(ask())
    assert (run.cost_usd, run.cost_kind, run.images[0].cost_usd) == (None, "unknown", None)
    assert run.estimate_usd


def test_what_the_queue_says_is_passed_on_while_the_run_waits(ask: Ask, suffer: Suffer) -> None:
    suffer("queued", "status", times=2)
    suffer("in_progress", "status", times=2)
    suffer("unheard_of", "status")
    doing = [event.doing for event in ask() if isinstance(event, Progress)]
    assert list(dict.fromkeys(doing))[:3] == [
        "Waiting in ModelRunner's queue",
        "ModelRunner is drawing",
        "ModelRunner works",
    ]


def test_the_uploaded_image_is_upright_and_has_no_metadata(ask: Ask, world: World, playground: Playground) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at home"
    path = playground.settings.data / "lying.png"
    Image.new("RGB", (200, 100), "red").save(path, exif=exif)
    finished(ask(image=playground.files.put(path.read_bytes(), "png")))
    name = next(a.body["name"] for a in world.arrivals if a.operation == "modelrunner.put")
    uploaded = world.media.get(name)
    assert uploaded is not None
    assert b"taken at home" not in uploaded[0]
    path.write_bytes(uploaded[0])
    with Image.open(path) as picture:
        assert (picture.size, dict(picture.getexif())) == ((128, 256), {})


def test_an_expiry_goes_with_the_upload_and_with_the_request(ask: Ask, world: World) -> None:
    finished(ask(options={"expires_after": 3600}))
    initiated = next(a.body for a in world.arrivals if a.operation == "modelrunner.initiate")
    assert initiated["lifecycle"] == '{"expiration_duration_seconds": 3600}'


def test_leaving_the_page_leaves_the_run_to_finish(
    playground: Playground, caller: Caller, control_image: str, suffer: Suffer, world: World
) -> None:
    suffer("in_progress", "status", times=3)
    request = ControlNet(prompt="a lighthouse", image=control_image, seed=7)
    events = generate(playground, caller, "modelrunner", request)
    for event in events:
        if isinstance(event, Committed):
            events.close()  # type: ignore[attr-defined]
            break
    run = _wait_until_closed(playground)
    assert (run.status, len(run.images), world.count("modelrunner.cancel")) == ("finished", 1, 0)


def _wait_until_closed(playground: Playground) -> Run:
    for _ in range(6000):
        if not playground.store.unfinished():
            break
        time.sleep(0.01)
    (run,) = playground.store.runs("visitor-1")
    return run


def test_a_mode_that_the_page_does_not_name_is_refused(playground: Playground, caller: Caller) -> None:
    with pytest.raises(Unsupported, match="does ControlNet"):
        list(generate(playground, caller, "modelrunner", TextToImage(prompt="a cat")))

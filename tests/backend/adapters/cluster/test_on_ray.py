"""The cluster backend on a real Ray with the embedded model."""

import time
from collections.abc import Iterator

import pytest
from PIL import Image, ImageDraw

from backend.adapters.cluster.call import LOST
from backend.adapters.local.drawing.drawing import Drawing
from backend.adapters.local.drawing.engine import Engine
from backend.domain.caller import Caller
from backend.domain.errors import BadImage, ProviderBusy
from backend.domain.events import Event, Failed, Finished, Generated, Progress, Queued
from backend.domain.requests import Inpaint, Request, TextToImage
from backend.generation.generate import generate
from backend.images.encoding import encode
from backend.playground import Playground
from tests.backend.adapters.cluster.conftest import WAITING, replica_processes
from tests.backend.adapters.local.conftest import PROMPT
from tests.backend.adapters.local.conftest import engine as engine
from tests.backend.adapters.local.pictures import distance

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(700),
    pytest.mark.filterwarnings("ignore"),  # of Ray's own code, which are many
]

PATIENCE_SECONDS = 300
"""On a machine with other work for its two cores a replica took over two minutes to start."""


def asked(**values: object) -> TextToImage:
    return TextToImage(**{"prompt": PROMPT, "steps": 4, "seed": 7, "width": 128, "height": 128} | values)


def start(house: Playground, request: Request) -> Iterator[Event]:
    return generate(house, Caller(visitor="ann"), "cluster", request)


def finished(events: Iterator[Event]) -> list[Image.Image]:
    *told, last = events
    assert isinstance(last, Finished), last
    made = {event.index: event.image for event in told if isinstance(event, Generated)}
    return [made[image.index] for image in last.run.images]


def alone(engine: Engine, request: TextToImage, seed: int) -> Image.Image:
    return engine.draw(Drawing(request=request, seed=seed, size=(128, 128)), lambda *_: None)


def test_an_image_comes_with_its_steps_and_previews_and_is_that_of_the_local_engine(
    house: Playground, engine: Engine
) -> None:
    *told, last = start(house, asked())
    assert isinstance(last, Finished)
    steps = [event for event in told if isinstance(event, Progress) and event.step]
    assert [event.step for event in steps] == [1, 2, 3, 4]
    assert all(event.preview for event in steps[:-1])
    (image,) = [event for event in told if isinstance(event, Generated)]
    assert isinstance(image.image, Image.Image)
    assert distance(image.image, alone(engine, asked(), 7)) == 0
    assert (image.seed, last.run.cost_kind) == (7, "free")


def test_a_second_replica_is_started_where_images_wait_and_a_batch_keeps_its_order(
    house: Playground, engine: Engine
) -> None:
    finished(start(house, asked()))
    images = grown(house, asked(count=WAITING, steps=20))
    wanted = [alone(engine, asked(steps=20), 7 + index) for index in range(WAITING)]
    assert [distance(image, other) for image, other in zip(images, wanted, strict=True)] == [0] * WAITING


def grown(house: Playground, request: Request) -> list[Image.Image]:
    """Let images wait until there are two replicas; return those of the last run."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        images = finished(start(house, request))
        if len(replica_processes()) == 2:
            return images
        assert time.monotonic() < deadline, "no second replica came"


def test_a_replica_that_is_killed_costs_time_and_no_pixel(house: Playground, engine: Engine) -> None:
    grown(house, asked(count=WAITING, steps=20))
    request = asked(count=2, steps=50)
    deadline, told = time.monotonic() + PATIENCE_SECONDS, list(killing(house, request))
    while LOST not in {event.doing for event in told if isinstance(event, Progress)}:
        assert time.monotonic() < deadline, "no two replicas drew at the same time"
        told = list(killing(house, request))
    images = finished(iter(told))
    assert [distance(image, alone(engine, request, seed)) for image, seed in zip(images, (7, 8), strict=True)] == [0, 0]


def killing(house: Playground, request: Request) -> Iterator[Event]:
    """Kill a replica once both draw."""
    drawing, killed = set[int](), False
    for event in start(house, request):
        if isinstance(event, Progress) and 2 <= event.step < request.steps / 2:
            drawing.add(event.index)
        if isinstance(event, Generated):
            drawing.discard(event.index)
        if len(drawing) == 2 and not killed:
            replica_processes()[0].kill()
            killed = True
        yield event


def test_stop_frees_the_replica_within_a_step(house: Playground) -> None:
    events = start(house, asked(steps=50, width=256, height=256))
    for event in events:
        if isinstance(event, Progress) and event.step == 2:
            break
    events.close()
    began = time.monotonic()
    finished(start(house, asked(count=2, steps=1)))
    print(f"the next two images came {time.monotonic() - began:.1f} s after Stop")
    (run, *_) = [run for run in house.store.runs("ann") if run.request.steps == 50]
    assert run.status == "cancelled"


def test_a_line_that_is_full_refuses_in_words_and_the_next_run_goes_on(house: Playground) -> None:
    *_, last = start(house, asked(count=WAITING + 6, steps=30))
    assert isinstance(last, Failed)
    assert isinstance(last.error, ProviderBusy)
    assert "try again in a minute" in str(last.error)
    assert len(finished(start(house, asked()))) == 1


def test_who_waits_is_told_the_place(house: Playground) -> None:
    before = start(house, asked(count=WAITING, steps=40))
    next(event for event in before if isinstance(event, Progress))
    places = [event for event in start(house, asked()) if isinstance(event, Queued) and event.ahead]
    assert places
    before.close()


def test_the_pictures_of_a_request_travel_to_the_replica(house: Playground) -> None:
    image, mask = Image.new("RGB", (150, 130), "teal"), Image.new("L", (150, 130), 0)
    ImageDraw.Draw(mask).rectangle((60, 60, 90, 90), fill=255)
    kept = {name: _bring(house, encode(picture, "png")) for name, picture in (("image", image), ("mask", mask))}
    (made,) = finished(start(house, Inpaint(prompt=PROMPT, steps=4, seed=7, **kept)))
    assert made.size == image.size
    assert made.getpixel((5, 5)) == image.getpixel((5, 5))


def test_an_error_of_the_engine_keeps_its_words_across_the_cluster(house: Playground) -> None:
    whole = encode(Image.effect_noise((200, 200), 90).convert("RGB"), "png")
    *_, last = start(
        house, Inpaint(prompt=PROMPT, image=_bring(house, whole[: len(whole) // 2]), mask=_bring(house, whole))
    )
    assert isinstance(last, Failed)
    assert isinstance(last.error, BadImage)


def test_throughput_on_two_cores_is_shown(house: Playground) -> None:
    for count in (1, 2, 6):
        began = time.monotonic()
        finished(start(house, asked(count=count, steps=8, width=256, height=256)))
        seconds = time.monotonic() - began
        print(f"{count} images of 256², 8 steps, {len(replica_processes())} replicas: {seconds:.2f} s")


def _bring(house: Playground, content: bytes) -> str:
    sha256 = house.files.put(content, "png")
    house.holders.add_picture(sha256, "ann")
    return sha256

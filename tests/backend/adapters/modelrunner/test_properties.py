"""Whatever goes wrong, in whatever order: nothing is paid twice, and every image that was paid ends up in the run."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import JsonValue

from backend.domain.caller import Caller
from backend.domain.events import Failed, Finished
from backend.domain.records import Run
from backend.domain.requests import ControlNet
from backend.generation.generate import collect, generate
from backend.images.encoding import encode
from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import Scene, modelrunner_scene

ANYWHERE = ("drop", "drop_after", "garbage", "status", "slow")
KINDS = {
    "initiate": ANYWHERE,
    "put": ANYWHERE,
    "submit": (
        *ANYWHERE,
        "fail",
        "give_up",
        "off_host",
        "substitute",
        "price_late",
        "price_pending",
        "shape_images",
        "shape_bare",
    ),
    "status": (*ANYWHERE, "queued", "in_progress", "unheard_of"),
    "result": (*ANYWHERE, "not_yet"),
    "record": ANYWHERE,
    "history": ANYWHERE,
}
FAULTS = st.sampled_from([(operation, kind) for operation, kinds in KINDS.items() for kind in kinds]).flatmap(
    lambda pair: st.builds(
        Fault,
        operation=st.just(f"modelrunner.{pair[0]}"),
        kind=st.just(pair[1]),
        status=st.sampled_from([400, 401, 402, 404, 429, 500, 503]),
        times=st.integers(1, 8),
    )
)


def end_of(events: object) -> Run:
    last = list(events)[-1]  # type: ignore[call-overload]
    assert isinstance(last, Finished | Failed)
    assert last.run is not None
    return last.run


def run_and_recover(scene: Scene, faults: list[Fault], count: int, one_request: bool) -> tuple[Run, Run]:
    for fault in faults:
        scene.world.faults.add(fault)
    image = scene.playground.files.put(encode(Image.new("RGB", (128, 128), "navy"), "png"), "png")
    options: dict[str, JsonValue] = {"one_request": one_request}
    request = ControlNet(prompt="a boat", image=image, seed=7, count=count, options=options)
    caller = Caller(visitor="visitor-1")
    run = end_of(generate(scene.playground, caller, "modelrunner", request))
    scene.world.faults.clear()
    if not run.provider_ids or len(run.images) == count:
        return run, run
    return run, end_of(collect(scene.playground, caller, run))


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faults=st.lists(FAULTS, max_size=4), count=st.integers(1, 3), one_request=st.booleans())
def test_every_paid_image_arrives_and_none_is_paid_twice(faults: list[Fault], count: int, one_request: bool) -> None:
    with tempfile.TemporaryDirectory() as folder, modelrunner_scene(Path(folder)) as scene:
        first, last = run_and_recover(scene, faults, count, one_request)
        bills, requests = scene.world.account.bills, 1 if one_request else count
        assert scene.world.count("modelrunner.submit") <= requests
        assert len(bills) <= scene.world.count("modelrunner.submit")
        assert len(last.images) == (count if one_request and bills else len(bills))
        assert len({image.index for image in last.images}) == len(last.images)
        if last.cost_usd is not None:
            assert last.cost_usd == sum(bills)
        if first.billed == "no":
            assert len(first.images) == len(last.images)

from dataclasses import replace
from datetime import UTC, datetime

from backend.exchanges import Exchange
from backend.export.programs import programs
from backend.requests import parse_request
from backend.runs.records import Run, RunImage

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a fox", "seed": 7})
IMAGE = RunImage(0, "a" * 64, "png", 512, 512, 7, None)
RUN = Run("0" * 32, "me", "runware", REQUEST, "finished", datetime.now(UTC), (IMAGE,))
PAID = Exchange("POST", "https://api.runware.ai/v1", "Bearer", [{"positivePrompt": "a fox"}], 200, None, pays=True)
ADDRESS = "http://127.0.0.1:7860"


def test_a_providers_run_has_its_own_programs() -> None:
    free = replace(PAID, sent=[{"taskType": "getResponse"}], pays=False)
    found = programs(RUN, [PAID, free], address=ADDRESS)
    assert list(found) == [
        "Python (this playground)",
        "curl",
        "Python (httpx)",
        "Python (runware-sdk)",
        "JavaScript",
        "Python (diffusers)",
    ]
    assert "getResponse" not in found["curl"]


def test_a_run_on_this_machine_has_those_that_need_no_provider() -> None:
    found = programs(replace(RUN, backend="local"), [], address=ADDRESS)
    assert list(found) == ["Python (this playground)", "Python (diffusers)"]


def test_without_a_seed_or_with_what_diffusers_lacks_there_is_no_diffusers() -> None:
    unknown = replace(RUN, images=(replace(IMAGE, seed=None),))
    heun = replace(RUN, request=REQUEST.model_copy(update={"scheduler": "Heun"}))
    for run in (unknown, heun, replace(RUN, images=())):
        assert "Python (diffusers)" not in programs(run, [], address=ADDRESS)

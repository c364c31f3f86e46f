"""The adapter and the simulator each know the page by themselves: what the one sends, the other has to take."""

import base64
import io
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydantic import ValidationError

from backend.adapters.runware.abilities import capabilities, own_options
from backend.adapters.runware.mapping import Inlaid, to_task
from backend.adapters.runware.service import new_uuid
from backend.domain.errors import InvalidRequest
from backend.domain.requests import controls_of, parse_request
from backend.domain.schedulers import SCHEDULER_NAMES
from backend.settings import Settings
from backend.simulator.runware.checks import errors_of

ABLE = capabilities(Settings(_env_file=None, PLAYGROUND_ALLOW_CALLBACKS=True))
REF = "0" * 64


def _pixel() -> str:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 1)).save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


PIXEL = _pixel()


def hundredths(least: float, most: float) -> st.SearchStrategy[float]:
    return st.integers(round(least * 100), round(most * 100)).map(lambda value: value / 100)


def some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


SIDES = st.integers(8, 128).map(lambda value: value * 16)
CONTROLS = st.lists(
    some({"scale": hundredths(-4, 4), "start": hundredths(0, 0.5), "end": hundredths(0.51, 1)}).map(
        lambda values: {"image": REF, **values}
    ),
    max_size=3,
)
LORAS = st.lists(
    st.fixed_dictionaries(
        {"model": st.sampled_from(["civitai:1@2", "runware:z-image@lora"]), "weight": hundredths(-4, 4)}
    ),
    max_size=2,
)
ACCELERATOR = some(
    {
        "fb_cache": st.booleans(),
        "fb_cache_threshold": hundredths(0, 1),
        "tea_cache": st.booleans(),
        "tea_cache_distance": hundredths(0, 1),
        "db_cache": st.booleans(),
        "db_cache_skip_interval": st.integers(1, 9),
        "cache_start_step": st.integers(0, 20),
        "cache_end_step": st.integers(1, 50),
        "cache_start_step_percentage": st.integers(0, 99),
        "cache_end_step_percentage": st.integers(1, 100),
        "cache_max_consecutive_steps": st.integers(1, 5),
    }
)
OPTIONS = some(
    {
        "delivery": st.sampled_from(["sync", "async"]),
        "output_type": st.sampled_from(["URL", "base64Data", "dataURI"]),
        "ttl": st.integers(50, 9000),
        "webhook_url": st.just("https://hook.test/"),
        "upload_endpoint": st.just("https://put.test/x"),
        "ultralytics": some(
            {"CFGScale": hundredths(0, 50), "steps": st.integers(1, 100), "strength": hundredths(0, 1)}
        ),
        "controls": st.lists(some({"start_step": st.integers(0, 9), "end_step": st.integers(1, 12)}), max_size=2),
        "loras": st.lists(some({"transformer": st.sampled_from(["high", "low", "both"])}), max_size=2),
    }
)
SHARED = {
    "negative_prompt": st.sampled_from(["", "blurry"]),
    "steps": st.integers(1, 50),
    "guidance": hundredths(0, 20),
    "scheduler": st.sampled_from(SCHEDULER_NAMES),
    "safety": st.booleans(),
    "output_format": st.sampled_from(["png", "jpeg", "webp"]),
    "output_quality": st.integers(20, 99),
    "loras": LORAS,
    "controls": CONTROLS,
    "accelerator": ACCELERATOR,
    "options": OPTIONS,
}
MODES = {
    "text_to_image": {},
    "image_to_image": {"strength": hundredths(0, 1)},
    "inpaint": {"strength": hundredths(0, 1), "mask_margin": st.integers(32, 128)},
    "outpaint": {},
    "controlnet": {"control_scale": hundredths(-4, 4), "control_end": hundredths(0.01, 1)},
}
NEEDED: dict[str, dict[str, Any]] = {
    "text_to_image": {},
    "image_to_image": {"image": REF},
    "inpaint": {"image": REF, "mask": REF},
    "outpaint": {"image": REF, "left": 16},
    "controlnet": {"image": REF},
}


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    mode = draw(st.sampled_from(sorted(MODES)))
    return {"mode": mode, "prompt": "a fox", "seed": draw(st.integers(0, 2**63 - 1)), **NEEDED[mode]} | draw(
        some({**SHARED, **MODES[mode]})
    )


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(requests(), SIDES, SIDES)
def test_what_passes_our_rules_passes_the_services(values: dict[str, Any], width: int, height: int) -> None:
    try:
        request = parse_request(values)
        ABLE.check(request)
    except (ValidationError, InvalidRequest):
        return
    started = request.mode in ("image_to_image", "inpaint", "outpaint")
    inlaid = Inlaid(
        size=(width, height),
        seed_image=PIXEL if started else None,
        mask_image=PIXEL if request.mode == "inpaint" else None,
        sides=(16, 0, 0, 0) if request.mode == "outpaint" else None,
        guides=(PIXEL,) * len(controls_of(request)),
    )
    task = to_task(request, own_options(request, ABLE), inlaid, task_uuid=new_uuid(), seed=request.seed)
    assert errors_of(task.body()) == []

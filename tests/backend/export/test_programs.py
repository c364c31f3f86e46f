import ast
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.adapters.base import Backend, ModelHere
from backend.adapters.fake import FakeBackend
from backend.domain.exchanges import Exchange
from backend.domain.records import Run, RunImage
from backend.domain.requests import parse_request
from backend.export.programs import DIFFUSERS, HERE, programs
from backend.playground import Playground

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a fox", "seed": 7})
IMAGE = RunImage(0, "a" * 64, "png", 512, 512, 7, None)
RUN = Run("0" * 32, "me", "runware", REQUEST, "finished", datetime.now(UTC), (IMAGE,))
TASK = {"taskType": "imageInference", "taskUUID": "1", "positivePrompt": "a fox"}
PAID = Exchange("POST", "https://api.runware.ai/v1", "Bearer", [TASK], 200, None, pays=True)
ADDRESS = "http://127.0.0.1:7860"


class Here(FakeBackend):
    """A maker on this machine, with a small model."""

    def model_here(self, size: tuple[int, int], model: str | None = None) -> ModelHere:
        return ModelHere(name="presets/tiny", size=(128, 128), exact=True)


def written(run: Run, *exchanges: Exchange, image: RunImage = IMAGE, backend: Backend | None = None) -> dict[str, str]:
    return dict(programs(run, image, exchanges, backend=backend, address=ADDRESS))


def test_a_providers_run_has_its_own_programs() -> None:
    free = replace(PAID, sent=[{"taskType": "getResponse"}], pays=False)
    found = written(RUN, PAID, free)
    assert list(found) == [
        HERE,
        DIFFUSERS,
        "curl",
        "Python, with httpx",
        "JavaScript",
        "Python, with runware-sdk",
    ]
    assert "runware drew the run's own picture" in found[DIFFUSERS]


def test_of_several_tasks_each_has_an_id_of_its_own_in_every_program() -> None:
    both = replace(PAID, sent=[TASK, {**TASK, "taskUUID": "2"}])
    found = written(RUN, both)
    ids = found["curl"].split("ids=(")[1].split(")")[0].split()
    assert len(set(ids)) == 2
    assert all(found["curl"].count(each) == 2 for each in ids)
    assert found["Python, with httpx"].count("uuid.uuid4()") == 2
    assert found["JavaScript"].count(": randomUUID()") == 2


def test_a_run_on_this_machine_has_those_that_need_no_provider(playground: Playground) -> None:
    found = written(replace(RUN, backend="fake"), backend=Here(playground.files))
    assert list(found) == [HERE, DIFFUSERS]
    assert "drawn = enlarged(drawn, (512, 512))" in found[DIFFUSERS]
    assert "start this in the playground's folder" in found[DIFFUSERS]


@pytest.mark.parametrize(
    ("image", "request_", "said"),
    [
        (replace(IMAGE, seed=None), {}, "# runware didn't say the seed of this picture"),
        (IMAGE, {"scheduler": "Heun"}, "# Plain diffusers has no single call for the scheduler Heun on this model."),
    ],
)
def test_what_diffusers_cannot_draw_is_said_instead(image: RunImage, request_: dict[str, Any], said: str) -> None:
    run = replace(RUN, request=REQUEST.model_copy(update=request_))
    program = written(run, image=image)[DIFFUSERS]
    assert program.startswith(said)
    assert compile(program, "again.py", "exec").co_names == ()


def test_words_of_a_visitor_stay_words_in_every_comment() -> None:
    wicked = 'x"""\nimport os\n#.safetensors'
    request = parse_request({"mode": "text_to_image", "prompt": "a fox", "loras": [{"model": wicked}]})
    program = written(replace(RUN, request=request))[DIFFUSERS]
    imported = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Import)]
    assert [name.name for node in imported for name in node.names] == ["logging", "torch"]

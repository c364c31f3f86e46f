"""The live check of ModelRunner, tried on the simulator."""

from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from backend.domain.requests import ControlNet, Request
from backend.simulator.faults import Fault
from tests.backend.adapters.modelrunner.scene import KEY, modelrunner_scene
from tools.live_check.__main__ import check
from tools.live_check.exchange import Finding
from tools.live_check.modelrunner import PROVIDER


class Heeding:
    """Draws lighter with more control."""

    def draw(self, request: Request) -> Image.Image:
        assert isinstance(request, ControlNet)
        grey = round(200 * request.control_scale)
        return Image.new("RGB", (request.width or 0, request.height or 0), (grey, grey, grey))


class Heedless:
    """Draws whatever is asked in one colour."""

    def draw(self, request: Request) -> Image.Image:
        assert isinstance(request, ControlNet)
        return Image.new("RGB", (request.width or 0, request.height or 0), "teal")


def answers(findings: list[Finding]) -> dict[str, str]:
    return {finding.question: finding.answer for finding in findings}


def test_it_asks_everything_for_less_than_a_cent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with modelrunner_scene(tmp_path) as scene:
        scene.world.artist = Heeding()
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "live")
        assert sum(scene.world.account.bills) < Decimal("0.01")
        assert f"Spent {sum(scene.world.account.bills)} USD" in capsys.readouterr().out
    assert [finding for finding in findings if finding.as_expected is False] == []
    told = answers(findings)
    assert told["Is a request found by its tag?"] == "yes"
    assert told["What does 512² cost?"] == "0.001704 USD (exact megapixels)"
    assert told["Which shape has the output?"] == "a list of str"
    assert told["Where is the status asked?"] == "/tongyi-mai/z-image/requests/…/status"
    assert told["Is a data URI taken for the image?"].startswith("no: ")


def test_a_control_without_effect_stands_out(tmp_path: Path) -> None:
    with modelrunner_scene(tmp_path) as scene:
        scene.world.artist = Heedless()
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "live")
    otherwise = [finding.question for finding in findings if finding.as_expected is False]
    assert otherwise == ["Does the control have an effect?"]


def test_what_is_kept_holds_no_key(tmp_path: Path) -> None:
    with modelrunner_scene(tmp_path) as scene:
        check(PROVIDER, scene.playground.settings, tmp_path / "live")
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "live").iterdir())
    assert KEY not in kept
    assert len(kept) < 60_000


def test_one_question_that_fails_keeps_no_other_from_being_asked(tmp_path: Path) -> None:
    with modelrunner_scene(tmp_path) as scene:
        scene.world.faults.add(Fault(kind="status", status=403, operation="modelrunner.put"))
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "live")
    assert "upload" in answers(findings)
    assert "Does the seed come back?" in answers(findings)

"""The live check, tried on the simulator: it asks everything, spends under a cent, and keeps no key."""

from decimal import Decimal
from pathlib import Path

import pytest

from backend.simulator.faults import Fault
from backend.simulator.world import KEY
from tests.backend.adapters.runware.scene import runware_scene
from tools.live_check.__main__ import check
from tools.live_check.runware import PROVIDER

KEPT = {
    "archive",
    "balance",
    "base64",
    "base64-archive",
    "controlnet",
    "dry-run",
    "dry-run-trial",
    "inpaint",
    "mixed",
    "outpaint",
    "same-uuid",
    "strength-0.5",
    "strength-1",
    "text-to-image",
    "upload",
}


def test_it_asks_everything_for_less_than_a_cent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with runware_scene(tmp_path) as scene:
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "live")
        assert sum(scene.world.account.bills) < Decimal("0.01")
        said = capsys.readouterr().out
        assert f"Spent {sum(scene.world.account.bills)} USD" in said
    assert [finding for finding in findings if finding.as_expected is False] == []
    assert {path.stem for path in (tmp_path / "live").iterdir()} == KEPT


def test_what_is_kept_holds_no_key_and_nobodys_name(tmp_path: Path) -> None:
    with runware_scene(tmp_path) as scene:
        check(PROVIDER, scene.playground.settings, tmp_path / "live")
    kept = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "live").iterdir())
    assert KEY not in kept
    assert "apiKeys" not in kept
    assert len(kept) < 40_000


def test_a_service_that_ignores_the_header_of_a_dry_run_sells_nothing_for_it(tmp_path: Path) -> None:
    with runware_scene(tmp_path) as scene:
        check(PROVIDER, scene.playground.settings, tmp_path / "heeded")
        heeded = list(scene.world.account.bills)
    with runware_scene(tmp_path / "again") as scene:
        scene.world.dry_runs = False
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "ignored")
        assert scene.world.account.bills == heeded
    (refused,) = [finding for finding in findings if finding.as_expected is False]
    assert "asking might be buying" in refused.answer
    kept = {path.stem for path in (tmp_path / "ignored").iterdir()}
    assert "dry-run-trial" in kept
    assert "dry-run" not in kept


def test_one_question_that_fails_keeps_no_other_from_being_asked(tmp_path: Path) -> None:
    with runware_scene(tmp_path) as scene:
        scene.world.faults.add(Fault(kind="drop", operation="runware.accountManagement"))
        findings = check(PROVIDER, scene.playground.settings, tmp_path / "live")
    assert [finding.question for finding in findings if finding.as_expected is False] == ["balance"]
    assert len(findings) > 10

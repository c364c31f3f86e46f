"""The linter of the page's scripts: exact versions, from whichever registry a machine uses."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))


def test_each_package_is_pinned_and_for_development_only() -> None:
    asked = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    assert "dependencies" not in asked
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked["devDependencies"].values())
    assert LOCK["packages"][""]["devDependencies"] == asked["devDependencies"]
    assert all(package.get("integrity") for name, package in LOCK["packages"].items() if name)


def test_the_lock_names_no_registry() -> None:
    assert [name for name, package in LOCK["packages"].items() if "resolved" in package] == []

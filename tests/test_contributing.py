"""What CONTRIBUTING.md says lies where."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
TASKS = [line for line in TEXT.splitlines() if re.match(r"\| [A-Z]", line) and not line.startswith("| Task")]
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)*(?:/|\.(?:py|css|json|md)))`")


def test_the_table_of_tasks_has_ten_and_more() -> None:
    assert len(TASKS) >= 10
    assert all(line.count("|") == 4 and PATH.search(line) for line in TASKS)


def test_each_path_of_the_table_is_there() -> None:
    missing = [path for line in TASKS for path in PATH.findall(line) if not list(_places(path, line))]
    assert missing == []


def test_each_path_of_the_text_is_there() -> None:
    around = "\n".join(line for line in TEXT.splitlines() if line not in TASKS)
    paths = [path for path in PATH.findall(around) if "/" in path]
    assert len(paths) > 4
    assert [path for path in paths if not (ROOT / path).exists()] == []


def _places(path: str, line: str) -> list[Path]:
    """Return where a path leads; a bare name lies beside a file that its line names whole, or with an adapter."""
    if "NAME" in path:
        return [folder for folder in [ROOT / path.partition("NAME")[0]] if folder.is_dir()]
    if "/" in path.rstrip("/"):
        return [place for place in [ROOT / path] if place.exists()]
    named = [ROOT / other for other in PATH.findall(line) if "/" in other and "NAME" not in other]
    beside = [place if place.is_dir() else place.parent for place in named]
    known = [*(folder / path for folder in beside), *(ROOT / "backend" / "adapters").glob(f"*/{path}"), ROOT / path]
    return [place for place in known if place.exists()]

"""The pages of `docs/decisions/`."""

import re
from collections import Counter
from pathlib import Path

PAGES = sorted((Path(__file__).parent.parent / "docs" / "decisions").glob("*.md"))


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = Counter(page.name[:4] for page in PAGES)
    assert PAGES
    assert not [number for number, pages in numbers.items() if pages > 1], "give the later page the next free number"


def test_a_number_in_a_decisions_title_is_its_files() -> None:
    titles = [(page.name[:4], re.match(r"# (\d{4})\b", page.read_text(encoding="utf-8"))) for page in PAGES]
    assert not [number for number, title in titles if title and title[1] != number]

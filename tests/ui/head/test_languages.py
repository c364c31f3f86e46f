"""The table of words: nothing of the page's own is missing from it."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from backend.domain.caller import Caller
from backend.domain.requests import MODE_LABELS, Mode
from backend.playground import Playground, open_playground
from backend.settings import Settings
from ui.head.languages import words
from ui.look.words import BILLED
from ui.page import build

LANGUAGES = ("zh-Hans",)
UI = Path(__file__).parents[3] / "ui"
NAMES = re.compile(
    r"(DPM|DDIM|DDPM|DEIS|EDM|Euler|Flow|Heun|IPNDM|KDPM|LCM|LMS|PNDM|TCD|UniPC).*"  # schedulers
    r"|runware:.*|ControlNet|Runware|ModelRunner|Z-Image|Playground|png|jpeg|webp|canny|sync|async|URL|base64Data|dataURI|TeaCache"
    r"|A1111 \(CSV\)|Fooocus \(JSON\)|InvokeAI \(JSON\)|DWPose|Depth Anything V2 Small|OpenPose|ZoeDepth"
    r"|aspect-ratio:.*|(?:translate|data-of|aria-describedby|aria-label|placeholder)=.*|hidden|checked|selected"
)
"""What is called the same everywhere."""
WRITTEN = re.compile(r"[A-Za-z]{2}")
PROMPTS = ("stage",)
"""Where prompts to begin with stand; they are what is drawn, not what is said."""


class Texts(HTMLParser):
    """Collects what a piece of HTML says; a sentence with code or keys in it is one text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts = [""]
        self.kept = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = [value for name, value in attrs if name in ("title", "aria-label", "placeholder", "alt") and value]
        self.parts += [*told, ""] if tag not in ("code", "kbd") else []
        self.parts[-1] += "`" if tag in ("code", "kbd") else ""
        self.kept = ("translate", "no") in attrs

    def handle_endtag(self, tag: str) -> None:
        if tag in ("code", "kbd"):
            self.parts[-1] += "`"
        else:
            self.parts.append("")
        self.kept = False

    def handle_data(self, data: str) -> None:
        self.parts[-1] += "" if self.kept else data


def known(text: str, table: dict[str, str]) -> bool:
    """Whether the page can say it in the table's language; numbers and fields stand for anything."""
    text = " ".join(text.split())
    if text in table or not WRITTEN.search(re.sub(r"%\d", "", text)) or NAMES.fullmatch(text):
        return True
    shapes = (re.sub(r"%\d", "(.+?)", re.escape(key)) for key in table if re.search(r"%\d", key))
    return any(re.fullmatch(shape, text) for shape in shapes)


def of_components(page: Any) -> Iterator[str]:
    for component in page.config["components"]:
        props = component["props"]
        if component["type"] == "api" or props.get("elem_id") in PROMPTS:
            continue
        for name in ("label", "info", "placeholder"):
            yield str(props.get(name) or "")
        yield from (str(choice[0]) for choice in props.get("choices") or ())
        if component["type"] == "button":
            yield str(props.get("value") or "")
        if component["type"] == "html":
            template = str(props.get("html_template") or "")
            yield from Texts(value if isinstance(value := props.get("value"), str) else "").parts
            yield from Texts("" if "${" in template else template).parts


def of_backends(playground: Playground) -> Iterator[str]:
    for backend in playground.backends.values():
        can = backend.capabilities
        yield from (backend.label, backend.state(Caller(visitor="")).message, *backend.actions().values())
        yield from (*can.lacks.values(), *can.notes.values(), *(limit.reason for limit in can.limits.values()))


def of_sources() -> Iterator[str]:
    """Yield what the HTML in the page's code says, with a number wherever something is filled in."""
    for path in sorted(UI.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Markup" and node.args:
                text = node.args[0].value if isinstance(node.args[0], ast.Constant) else ""
                yield from (re.sub(r"\{[^}]*\}", "7", part) for part in Texts(str(text)).parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_entry_says_something_and_fills_in_what_the_english_one_does(language: str) -> None:
    for english, other in words(language).items():
        assert other.strip(), english
        assert sorted(re.findall(r"%\d", other)) == sorted(re.findall(r"%\d", english)), english
        assert other.count("`") == english.count("`"), english


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_of_the_page_and_its_backends_is_in_the_table(language: str, tmp_path: Path) -> None:
    server = {"PLAYGROUND_OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
    given = {"PLAYGROUND_DATA": tmp_path, "PLAYGROUND_BACKEND": "fake", "PLAYGROUND_MODEL": "tiny", **server}
    settings = Settings(_env_file=None, **given)
    playground, table = open_playground(settings), dict(words(language))
    said = {*of_components(build(playground)), *of_backends(playground), *of_sources(), *BILLED.values()}
    playground.store.engine.dispose()
    assert sorted(text for text in said if not known(text, table)) == []


def test_a_language_that_is_not_there_has_no_words() -> None:
    assert words("xx") == {}
    assert words(["zh-Hans"]) == {}


def test_the_modes_are_named_in_every_language() -> None:
    modes: tuple[Mode, ...] = ("text_to_image", "image_to_image", "inpaint", "outpaint")
    for language in LANGUAGES:
        assert all(words(language)[MODE_LABELS[mode]] != MODE_LABELS[mode] for mode in modes)

"""Presses of a page: Stop reaches them from every tab, the latest has the stage, and what was paid arrives there."""

import base64
import re
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from backend.domain.events import Committed
from backend.domain.parts import Lora
from backend.experiments.grid import AT_ONCE
from backend.images.encoding import encode
from backend.library.shipped import load_presets
from backend.money.caps import Caps
from backend.prompts.styles import Style
from backend.simulator.faults import Fault
from tests.backend.adapters.runware.scene import INFER, PREPROCESS, Scene, runware_scene
from tests.backend.simulator.held_artist import HeldArtist
from tests.ui.serving.test_caller import request_of
from ui.endpoints.endpoints import Api
from ui.page import build, tools_of
from ui.serving.caller import caller_of
from ui.serving.served import Served
from ui.serving.uploads import keep_address

FORM = {"mode": "text_to_image", "backend": "runware", "prompt": "a fox", "width": 128, "height": 128, "seed": 1}
GRID = {"across": "seed", "across_values": "1-8", "down": "", "down_values": ""}
Updates = dict[str, Any]


class Pages:
    """The events of a page, carried out as its browser would, on any of a visitor's tabs."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.page = build(scene.playground)

    def press(self, name: str, *, tab: str = "page-1", data: Any = None, **values: Any) -> Iterator[Updates]:
        """Begin an event, and yield what it changes by the components' ids."""
        (event,) = [each for each in self.page.fns.values() if each.api_name == name]
        given = () if data is None else (gr.EventData(None, data),)
        told = event.fn(*given, asking(tab), **values)
        for updates in [told] if isinstance(told, dict) else told:
            yield {str(each.elem_id): change for each, change in updates.items()}

    def style(self) -> Style:
        """Return a style that comes with the playground and has words behind the prompt."""
        return next(style for style in load_presets().styles if style.prompt.split("{prompt}")[-1].strip())

    def orders(self) -> int:
        """Return how many images were ordered."""
        return self.scene.world.count(INFER)

    def settle(self) -> None:
        """Wait until no run is going any more."""
        for thread in threading.enumerate():
            if thread.name == "run":
                thread.join(60)


def asking(tab: str) -> gr.Request:
    return gr.Request(request_of().request, session_hash=tab)


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[Pages]:
    with runware_scene(tmp_path) as scene:
        scene.world.faults.add(Fault(kind="slow", operation=INFER, seconds=1, times=50))
        yield Pages(scene)


@pytest.fixture
def held(pages: Pages) -> Iterator[HeldArtist]:
    """Let the provider draw only once it may: Stop comes before the image, however slow the machine is."""
    artist = HeldArtist(pages.scene.world.files)
    pages.scene.world.artist = artist
    yield artist
    artist.may_draw.set()


def until_submitted(pages: Pages, going: Iterator[Updates]) -> list[Updates]:
    seen = []
    for updates in going:
        seen.append(updates)
        if pages.orders():
            break
    return seen


def visible(updates: list[Updates], button: str) -> bool | None:
    told = [each[button]["visible"] for each in updates if button in each]
    return told[-1] if told else None


def stages(updates: list[Updates]) -> list[str]:
    return ["".join(each["stage"]) for each in updates if isinstance(each.get("stage"), list)]


def test_every_word_of_a_press_says_how_stop_stands_since_a_browser_may_lose_the_one_before(
    pages: Pages, held: HeldArtist
) -> None:
    going = pages.press("run", **FORM)
    before = until_submitted(pages, going)
    following = pages.press("follow", tab="page-2")
    before += [next(going), *(next(following) for _ in range(3))]
    assert [each["stop"]["visible"] for each in before] == [True] * len(before)
    list(pages.press("stop"))
    after = [*going, *following]
    held.may_draw.set()
    assert [each["generate"]["visible"] for each in after] == [True] * len(after)


def test_stop_in_another_tab_ends_a_grid_with_what_was_ordered(pages: Pages, held: HeldArtist) -> None:
    going = pages.press("grid", **FORM, **GRID)
    until_submitted(pages, going)
    list(pages.press("stop", tab="page-2"))
    rest = list(going)
    held.may_draw.set()
    pages.settle()
    assert pages.orders() <= AT_ONCE
    assert visible(rest, "generate") is True


def test_another_tab_follows_a_grid_to_its_last_cell(pages: Pages) -> None:
    going = pages.press("grid", **FORM, **GRID | {"across_values": "1-5"})
    until_submitted(pages, going)
    rest = threading.Thread(target=lambda: list(going))
    rest.start()
    seen = list(pages.press("follow", tab="page-2"))
    rest.join(60)
    assert stages(seen)[-1].count("<figure") >= 4
    assert visible(seen[:-1], "stop") is True
    assert visible(seen, "stop") is False


def test_the_latest_press_has_the_stage_and_the_earlier_one_goes_on_under_stop(pages: Pages) -> None:
    grid = pages.press("grid", **FORM, **GRID | {"across_values": "1-3"})
    until_submitted(pages, grid)
    second = list(pages.press("run", **FORM | {"prompt": "a hare"}))
    assert "a hare" in stages(second)[-1]
    assert visible(second, "stop") is True
    first = list(grid)
    assert stages(first) == []
    assert visible(first, "stop") is False
    assert pages.orders() == 4
    list(pages.press("stop"))
    assert len(pages.scene.playground.store.runs(me(pages))) == 4


def test_a_paid_image_arrives_on_the_stage_after_stop(pages: Pages, held: HeldArtist) -> None:
    going = pages.press("run", **FORM)
    until_submitted(pages, going)
    list(pages.press("stop"))
    ended = list(going)
    assert "goes on to the end" in stages(ended)[-1]
    assert "<figure" not in stages(ended)[-1]
    assert ended[-1]["news"].endswith("promised")
    assert visible(ended[-1:], "generate") is True
    held.may_draw.set()
    came = list(pages.press("promised"))
    assert stages(came)[-1].count("<figure") == 1
    assert "1 image was made, $0.0006 was billed" in stages(came)[-1]
    assert re.search('data-act="(vary|settings)"', stages(came)[-1])
    assert not came[-1]["news"].endswith("promised")


def test_a_stopped_run_that_brings_its_image_leaves_a_later_press_the_stage(pages: Pages, held: HeldArtist) -> None:
    going = pages.press("run", **FORM)
    until_submitted(pages, going)
    list(pages.press("stop"))
    list(going)
    held.may_draw.set()
    later = list(pages.press("run", **FORM | {"prompt": "a hare"}))
    assert "a hare" in stages(later)[-1]
    came = list(pages.press("promised"))
    assert stages(came) == []
    assert came[-1]["news"]


def test_a_page_that_was_reloaded_hears_of_what_was_promised(pages: Pages, held: HeldArtist) -> None:
    going = pages.press("run", **FORM)
    until_submitted(pages, going)
    list(pages.press("stop"))
    list(going)
    (opened,) = pages.press("opened", tab="page-2", data={"turn": "1"})
    assert '"promised": true' in opened["signals"]
    held.may_draw.set()
    assert list(pages.press("promised", tab="page-2"))[-1]["news"]


CHOICES = FORM | {"prompt": "a {red|blue|green} fox", "count": 6}


def capped(pages: Pages, dollars: str) -> None:
    caps = Caps(visitor=Decimal(dollars))
    pages.scene.playground.budget.caps = caps


def test_a_cap_reached_between_choices_leaves_the_paid_images_on_the_stage(pages: Pages) -> None:
    capped(pages, "0.003")
    seen = stages(list(pages.press("run", **CHOICES)))
    paid = pages.orders()
    assert 0 < paid < 6
    assert seen[-1].count("<figure") == paid
    assert "More than the spend cap leaves" in seen[-1]
    assert "Nothing was billed for this one." in seen[-1]
    assert "Nothing was billed.<" not in seen[-1]
    assert "Starting" not in seen[-1]
    assert "data-way" in seen[-1]


def test_a_cap_reached_in_a_grid_is_told_once_with_the_ways_out(pages: Pages) -> None:
    capped(pages, "0.003")
    seen = stages(list(pages.press("grid", **FORM, **GRID)))
    assert seen[-1].count("<figure") == pages.orders() > 0
    assert 1 <= seen[-1].count("More than the spend cap leaves") <= 2
    assert "Not begun." in seen[-1]
    assert "data-way" in seen[-1]


def test_a_script_keeps_what_was_paid_before_a_cap_and_is_told_of_it(pages: Pages) -> None:
    capped(pages, "0.003")
    api: Api = tools_of(pages.scene.playground).api
    values = {name: value for name, value in CHOICES.items() if name != "mode"}
    *_, (files, told) = api.run("text_to_image", caller_of(pages.scene.playground, asking("script")), values)
    assert len(files) == pages.orders() > 0
    assert (told["status"], told["billed"]) == ("partial", "no")
    assert "is left" in told["error"]
    assert told["cost_usd"] == float(sum(pages.scene.world.account.bills))


def test_a_script_that_cancels_a_map_orders_nothing_once_429_is_waited_out(pages: Pages) -> None:
    scene = pages.scene
    scene.world.faults.add(Fault(kind="status", operation=PREPROCESS, status=429))
    over = threading.Event()
    scene.runware.service.line._sleep = lambda _seconds: None if over.wait(60) else pytest.fail("nobody went on")
    api: Api = tools_of(scene.playground).api
    picture = uploaded(scene)
    events = api.maps.events(
        caller_of(scene.playground, asking("a script's session")), picture, preprocess="depth", buy=True
    )
    next(event for event in events if isinstance(event, Committed))
    events.close()  # type: ignore[attr-defined]
    over.set()
    pages.settle()
    assert scene.world.account.bills == []


def uploaded(scene: Scene) -> Any:
    """Return a picture as a browser has uploaded it."""
    served = Served(scene.playground.files, scene.playground.holders)
    return keep_address(f"data:image/png;base64,{base64.b64encode(png()).decode()}", served)


def guided(pages: Pages, **values: Any) -> dict[str, Any]:
    easel = {"image": uploaded(pages.scene)}
    return FORM | {"mode": "controlnet", "easel": easel, "controlnet__preprocess": "canny", **values}


def test_a_check_whose_price_is_another_than_the_button_said_is_offered_anew(pages: Pages) -> None:
    form = guided(pages, prompt="a {red|blue} box")
    (offer,) = pages.press("offer", **form)
    said = offer["run-check"]["value"]
    assert said.startswith("Draw both · ≈ $")
    *_, anew = pages.press("check", offered="Draw both · free", **form)
    assert anew["run-check"] == offer["run-check"]
    assert pages.orders() == 0
    seen = list(pages.press("check", offered=said, **form))
    assert visible(seen, "stop") is False
    assert visible(seen[-1:], "run-check") is False
    assert pages.orders() == 2
    prompts = {run.request.prompt for run in pages.scene.playground.store.runs(me(pages))}
    assert prompts <= {"a red box", "a blue box"}
    assert len(prompts) == 1


def test_a_map_whose_price_is_another_than_the_button_said_is_offered_anew(pages: Pages) -> None:
    form = guided(pages)
    asked = {"backend": "runware", "easel": form["easel"], "preprocess": "depth"}
    asked |= {"low_threshold": 100, "high_threshold": 200}
    (offer,) = pages.press("show", **asked)
    list(pages.press("buy", offered="Make the map · free", **asked))
    assert pages.scene.world.count(PREPROCESS) == 0
    *working, made = pages.press("buy", offered=offer["buy-map"]["value"], **asked)
    assert pages.scene.world.count(PREPROCESS) == 1
    assert working
    assert all(each["stop-map"]["visible"] for each in working)
    assert made["stop-map"]["visible"] is False


def test_a_comparison_with_nobody_to_compare_with_orders_nothing(pages: Pages) -> None:
    (told,) = pages.press("changed", data={"values": FORM, "turn": "1"})
    assert told["compare"] == {
        "value": "Compare backends: Only Runware can do this",
        "interactive": False,
        "__type__": "update",
    }
    seen = stages(list(pages.press("compare", **FORM)))
    assert "two backends are needed" in seen[-1]
    assert pages.orders() == 0


@pytest.mark.parametrize("press", ["run", "grid"])
def test_choices_lists_and_styles_are_sent_as_plain_words(pages: Pages, press: str) -> None:
    style = pages.style()
    form = FORM | {"prompt": "a {red|blue} box, __animal__", "styles": [style.name]}
    list(pages.press(press, **form, **({} if press == "run" else GRID | {"across_values": "1, 2"})))
    assert pages.orders() > 0
    for run in pages.scene.playground.store.runs(me(pages)):
        assert not set("{}|_") & set(run.request.prompt)
        assert len(run.request.prompt) > len("a blue box, ")
        assert style.prompt.split("{prompt}")[-1] in run.request.prompt


@pytest.mark.parametrize("press", ["run", "grid"])
def test_marks_of_other_tools_are_read_and_not_drawn(pages: Pages, press: str) -> None:
    marks = r"a {(red:1.3)|(red:1.2)} \(box\) <lora:civitai:618692@691639:0.8> <lora:foo:1>"
    form = FORM | {"prompt": marks}
    list(pages.press(press, **form, **({} if press == "run" else GRID | {"across_values": "1, 2"})))
    assert pages.orders() > 0
    for run in pages.scene.playground.store.runs(me(pages)):
        assert run.request.prompt == r"a red \(box\)"
        assert run.request.loras == (Lora(model="civitai:618692@691639", weight=0.8),)
    (told,) = pages.press("changed", data={"values": form, "turn": "1"})
    assert told["left"]["value"].count("Weights in brackets") == 1
    assert "foo" in told["left"]["value"]


@pytest.mark.parametrize("press", ["run", "grid", "compare"])
def test_an_images_settings_in_the_prompt_are_not_drawn(pages: Pages, press: str) -> None:
    infotext = "a fox\nNegative prompt: blurry\nSteps: 9, Sampler: Euler, CFG scale: 1, Seed: 7, Size: 256x128"
    given = GRID if press == "grid" else {}
    assert "settings, not words" in stages(list(pages.press(press, **FORM | {"prompt": infotext}, **given)))[-1]
    assert pages.orders() == 0
    (event,) = [each for each in pages.page.fns.values() if each.api_name == "pasted"]
    told = event.fn(gr.EventData(None, {"text": infotext}), backend="runware")
    filled = {str(each.elem_id): change for each, change in told.items()}
    assert filled["prompt"]["value"] == "a fox"
    assert filled["notice"]["value"].startswith("<p>Settings of A1111 infotext are back")


@pytest.mark.parametrize("mode", ["image_to_image", "controlnet"])
@pytest.mark.parametrize(
    ("size", "said"),
    [
        ((3000, 1000), "is 3000×1000; the result will be 2048×688: Runware draws sides of 128 to 2048"),
        ((1000, 760), "is 1000×760; the result will be 992×768"),
        (
            (3000, 100),
            "will be 2048×128: Runware draws sides of 128 to 2048 in multiples of 16. Its shape can&#39;t be kept.",
        ),
        ((640, 512), ""),
    ],
)
def test_a_size_that_cant_be_kept_is_said_before_the_run(
    pages: Pages, tmp_path: Path, mode: str, size: tuple[int, int], said: str
) -> None:
    picture = encode(Image.new("RGB", size, "red"), "png")
    sheet = {"path": str(Served(pages.scene.playground.files, pages.scene.playground.holders).upload(picture, "png"))}
    form = FORM | {"mode": mode, "easel": {"image": sheet}, "keep_size": True}
    (told,) = pages.press("changed", data={"values": form, "turn": "1"})
    line = told["left"].get("value") or ""
    assert said in line
    assert ("the result will be" in line) == bool(said)


def me(pages: Pages) -> str:
    return caller_of(pages.scene.playground, asking("page-1")).visitor


def png() -> bytes:
    return encode(Image.new("RGB", (64, 64), "white"), "png")

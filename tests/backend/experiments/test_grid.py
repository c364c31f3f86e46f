import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, TooManyRequests
from backend.domain.events import Failed, Finished, Progress, Stopped
from backend.domain.requests import parse_request
from backend.experiments.axes import read_axis
from backend.experiments.contact_sheet import MOST_SIDE, sheet
from backend.experiments.grid import AT_ONCE, plan, run
from backend.generation.generate import PACED, generate
from backend.generation.prepared import Asked
from backend.playground import Playground
from backend.prompts.styles import Style
from backend.prompts.wording import Wording
from backend.visitors.rates import Rates

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a red fox", "count": 4, "width": 128, "height": 128})
PAID = REQUEST.model_copy(update={"options": {"provider": True, "cost_usd": "0.001"}})


THREE = (("steps", "4,8"), ("words", "red,blue"), ("size", "128x256"))


def axes(*given: tuple[str, str]):  # type: ignore[no-untyped-def]
    return [read_axis(field, text, mode="text_to_image") for field, text in given]


def test_every_cell_has_its_values_and_one_seed(playground: Playground, caller: Caller) -> None:
    planned = plan(
        playground, caller, "fake", REQUEST, axes(("steps", "4,8"), ("words", "red,blue"), ("size", "128x256"))
    )
    assert [cell.place for cell in planned.cells] == [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]
    assert [(cell.request.steps, cell.request.prompt) for cell in planned.cells] == [
        (4, "a red fox"),
        (8, "a red fox"),
        (4, "a blue fox"),
        (8, "a blue fox"),
    ]
    assert {(cell.request.width, cell.request.height, cell.request.count) for cell in planned.cells} == {(128, 256, 1)}
    assert len({cell.request.seed for cell in planned.cells}) == 1
    assert planned.cells[0].request.seed >= 0


WORDING = Wording([Style(name="oil", prompt="{prompt} in oil by __who__")], {"who": ("ann", "bob")})


def test_choices_lists_and_styles_are_plain_words_in_every_cell(playground: Playground, caller: Caller) -> None:
    asked = REQUEST.model_copy(update={"prompt": "a {red|blue} fox"})
    planned = plan(playground, caller, "fake", asked, axes(("seed", "1-12")), WORDING)
    prompts = [cell.request.prompt for cell in planned.cells]
    assert all(re.fullmatch("a (red|blue) fox in oil by (ann|bob)", prompt) for prompt in prompts)
    assert len(set(prompts)) > 1
    alone = Asked(playground.choose("fake"), asked.model_copy(update={"seed": 3, "count": 1}), WORDING)
    assert alone.prepared(caller).requests[0].prompt == prompts[2]


def test_styles_go_around_the_prompts_of_an_axis_too_and_braces_that_were_meant_stay(
    playground: Playground, caller: Caller
) -> None:
    axis = read_axis("prompt", "a {red|blue} hat\na \\{real\\|one\\}", mode="text_to_image")
    plain = Wording([Style(name="oil", prompt="{prompt} in oil")])
    planned = plan(playground, caller, "fake", REQUEST, [axis], plain)
    prompts = [cell.request.prompt for cell in planned.cells]
    assert prompts == ["a red hat in oil", "a blue hat in oil", "a {real|one} in oil"]


def test_the_price_of_the_whole_is_known_before_it_starts(playground: Playground, caller: Caller) -> None:
    planned = plan(playground, caller, "fake", PAID, axes(("seed", "1-6")))
    assert planned.price.likely == Decimal("0.006")
    assert planned.price.most == Decimal("0.018")
    assert not planned.price.free
    unpriced = PAID.model_copy(update={"options": {"provider": True, "cost_usd": None}})
    assert plan(playground, caller, "fake", unpriced, axes(("seed", "1-2"))).price.likely is None


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([("steps", "4,99")], "Steps 99: `steps`: is '99'; the most is 50"),
        ([("words", "dog,cat")], "isn't in the prompt"),
        ([("backend", "fake,nowhere")], "is 'nowhere'"),
        ([("steps", "1-20"), ("seed", "1-20")], "make 400 images"),
        ([("steps", "1"), ("steps", "2")], "each of another field"),
    ],
)
def test_a_grid_that_cannot_be_is_refused_before_anything_runs(
    playground: Playground, caller: Caller, given: list[tuple[str, str]], words: str
) -> None:
    with pytest.raises(InvalidRequest) as error:
        plan(playground, caller, "fake", REQUEST, axes(*given))
    assert words in str(error.value)
    assert playground.store.runs(caller.visitor) == []


def test_a_grid_runs_cell_by_cell_into_the_history(playground: Playground, caller: Caller) -> None:
    planned = plan(playground, caller, "fake", REQUEST, axes(("steps", "2,3"), ("seed", "1,2")))
    ended = {key: event for key, event in run(playground, caller, planned) if isinstance(event, Finished | Failed)}
    assert sorted(ended) == ["0-0", "0-1", "1-0", "1-1"]
    assert all(isinstance(event, Finished) for event in ended.values())
    assert len(playground.store.runs(caller.visitor)) == 4


def test_stop_leaves_the_cells_that_have_not_begun(playground: Playground, caller: Caller) -> None:
    slow = REQUEST.model_copy(update={"options": {"seconds": 1.0}})
    events = run(playground, caller, plan(playground, caller, "fake", slow, axes(("seed", "1-9"))), at_once=1)
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert len(playground.store.runs(caller.visitor)) == 1


def shared(playground: Playground, clock: Callable[[], float] = lambda: 0.0) -> Playground:
    """Return a playground that strangers reach, whose rates fill up by a clock of their own; this one stands."""
    public = playground.settings.model_copy(update={"share": True})
    return replace(playground, settings=public, rates=Rates(clock))


def test_a_grid_above_the_visitors_rate_waits_and_makes_every_cell(playground: Playground, caller: Caller) -> None:
    looks = itertools.count()
    # It stands until the first one too many was refused (two rates are looked at for each), then a token comes a look.
    public = shared(playground, lambda: 3.0 * max(0, next(looks) - 2 * 21))
    planned = plan(public, caller, "fake", REQUEST, axes(("seed", "1-30")))
    events = [event for _, event in run(public, caller, planned)]
    assert [type(event) for event in events if isinstance(event, Finished | Failed)] == [Finished] * 30
    assert any(isinstance(event, Progress) and event.doing == PACED for event in events)


def test_a_grid_that_would_wait_for_too_long_says_so_once_and_begins_nothing_more(
    playground: Playground, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.generation.generate.MOST_PATIENCE", 0.5)
    public = shared(playground)
    planned = plan(public, caller, "fake", REQUEST, axes(("seed", "1-40")))
    events = [event for _, event in run(public, caller, planned)]
    assert sum(isinstance(event, Finished) for event in events) == 20
    assert 1 <= sum(isinstance(event, Failed) for event in events) <= AT_ONCE
    assert sum(isinstance(event, Stopped) for event in events) >= 18


def test_a_single_run_above_the_rate_is_refused_at_once(playground: Playground, caller: Caller) -> None:
    public = shared(playground)
    for _ in range(20):
        list(generate(public, caller, "fake", REQUEST))
    with pytest.raises(TooManyRequests):
        list(generate(public, caller, "fake", REQUEST))


def test_stop_ends_the_waiting_for_a_turn(playground: Playground, caller: Caller) -> None:
    public = shared(playground)
    for _ in range(20):
        list(generate(public, caller, "fake", REQUEST))
    page = replace(caller, page="page-1")
    with public.live.press(page) as acting:
        events = generate(public, acting, "fake", REQUEST, patient=True)
        assert isinstance(next(events), Progress)
        public.live.stop(page)
        assert isinstance(list(events)[-1], Stopped)


def test_a_sheet_shows_each_image_at_its_place_to_the_pixel() -> None:
    colours = {(x, y): Image.new("RGB", (64, 48), (40 * x, 80 * y, 7)) for x in range(3) for y in range(2)}
    del colours[(2, 1)]
    paper = np.asarray(sheet(axes(("steps", "1-3"), ("words", "a,b")), colours))
    for image in colours.values():
        assert (paper == np.asarray(image)[0, 0]).all(axis=2).sum() == 64 * 48
    dark = (paper.max(axis=2) < 100) & (paper[:, :, 2] != 7)
    assert dark[:28].any(), "the columns have labels"
    assert dark[28:, :90].any(), "the rows have labels"


def test_a_third_axis_gives_further_sheets_and_long_labels_fit() -> None:
    given = axes(("steps", "1,2"), ("words", f"{'long ' * 40},b"), ("seed", "1,2"))
    flat = sheet(given[:2], {(0, 0): Image.new("RGB", (64, 48))})
    deep = sheet(given, {(0, 0, 1): Image.new("RGB", (64, 48), "red")})
    assert deep.size == (flat.width, flat.height * 2)


def test_a_huge_grid_is_made_smaller() -> None:
    images = {(x,): Image.new("RGB", (2048, 2048)) for x in range(10)}
    assert max(sheet(axes(("steps", "1-10")), images).size) <= MOST_SIDE

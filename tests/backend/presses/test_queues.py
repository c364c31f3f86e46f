"""What a page asks of its visitor's queue: added, ordered, taken out, brought back, paused."""

from decimal import Decimal

import pytest

from backend.domain.caller import Press
from backend.domain.errors import InvalidRequest, NotAllowed, NotFound
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.playground import Playground
from backend.presses.worker import PART
from backend.record.presses.entries import Until
from backend.record.presses.store import MOST_ENTRIES
from tests.backend.presses.conftest import Scene, scene_of, until


def test_what_is_added_is_drawn_in_order_each_once(scene: Scene) -> None:
    ann = scene.page()
    for number in range(5):
        scene.add(ann, f"boat {number}")
    scene.at_rest(ann)
    assert scene.drawn() == [f"boat {number}" for number in range(5)]
    now = scene.queues.look(ann).queue
    assert (list(now.entries), now.paused) == ([], False)


def test_what_is_added_during_a_run_begins_once_that_has_ended(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann)
        until(lambda: scene.queues.look(ann).drawing)
        assert (scene.waiting(ann), scene.runs()) == (["a boat"], [])
        known, asked, others_begin = scene.queues.version(ann), 0, scene.playground.live.others_begin

        def counted(press: Press) -> bool:
            nonlocal asked
            asked += 1
            return others_begin(press)

        scene.playground.live.others_begin = counted  # type: ignore[method-assign]
        until(lambda: asked > 3)
        assert scene.queues.version(ann) == known, "waiting is no change that pages have to look at"
    scene.at_rest(ann)
    assert scene.drawn() == ["a boat"]


def test_what_is_added_during_a_run_waits_for_it_also_where_its_page_was_reloaded(scene: Scene) -> None:
    ann = scene.page()
    request = parse_request(
        {"mode": "text_to_image", "prompt": "before", "steps": 20, "options": {"seconds": 30}, "seed": 1}
    )
    with scene.playground.live.press(ann) as acting:
        events = generate(scene.playground, acting, "fake", request)
        next(events)
        scene.add(ann)
    other = scene.page(page="page-2")
    (live,) = scene.playground.live.of(other)
    again = live.watch(other.page)
    next(again)
    events.close()  # type: ignore[attr-defined]
    until(lambda: scene.queues.look(ann).drawing)
    assert scene.playground.live.others_begin(Press("ann", "page-2", part=PART))
    assert scene.waiting(ann) == ["a boat"]
    live.stream.stop()
    scene.at_rest(ann)
    assert scene.drawn() == ["a boat"]
    again.close()  # type: ignore[attr-defined]


def test_an_entry_runs_with_the_seed_that_it_was_added_with(scene: Scene) -> None:
    ann = scene.page()
    entry = scene.add(ann)
    scene.at_rest(ann)
    (run,) = scene.runs()
    assert run.request == entry.requests[0]
    assert run.request.seed >= 0


def test_a_press_with_choices_is_one_entry_and_a_run_an_image(scene: Scene) -> None:
    ann = scene.page()
    entry = scene.add(ann, "a {red|blue} boat", count=3, seed=5)
    assert len(entry.requests) == 3
    scene.at_rest(ann)
    drawn = [(run.request.seed, run.request.prompt) for run in scene.runs()]
    assert drawn == [(request.seed, request.prompt) for request in entry.requests]


def test_entries_change_places_and_are_drawn_so(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        one, _, three = (scene.add(ann, name).id for name in ("one", "two", "three"))
        scene.queues.move(ann, three, up=True)
        scene.queues.move(ann, one, up=False)
        scene.queues.move(ann, three, up=True)  # The first stays where it is.
        assert scene.waiting(ann) == ["three", "one", "two"]
    scene.at_rest(ann)
    assert scene.drawn() == ["three", "one", "two"]


def test_one_that_is_taken_out_comes_back_to_its_place(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        _, two, _ = (scene.add(ann, name).id for name in ("one", "two", "three"))
        scene.queues.remove(ann, two)
        assert scene.waiting(ann) == ["one", "three"]
        assert scene.queues.undo(ann) == 1
        assert scene.waiting(ann) == ["one", "two", "three"]
        with pytest.raises(NotFound, match="taken out"):
            scene.queues.remove(ann, "e" * 32)


def test_emptying_takes_all_and_undo_brings_all_back(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        for name in ("one", "two", "three"):
            scene.add(ann, name)
        assert scene.queues.empty(ann) == 3
        assert scene.waiting(ann) == []
        assert scene.queues.look(ann).queue.dropped == 3
        scene.queues.undo(ann)
        assert scene.waiting(ann) == ["one", "two", "three"]
    scene.at_rest(ann)
    assert scene.drawn() == ["one", "two", "three"]


def test_the_fifty_first_is_refused_in_words_and_so_is_an_undo_that_has_no_room(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        last = [scene.add(ann, f"boat {number}").id for number in range(MOST_ENTRIES)][-1]
        with pytest.raises(NotAllowed, match="50 entries, which is the most"):
            scene.add(ann, "one too many")
        scene.queues.remove(ann, last)
        scene.add(ann, "the fiftieth")
        with pytest.raises(NotAllowed, match="50 entries"):
            scene.queues.undo(ann)
        assert len(scene.waiting(ann)) == MOST_ENTRIES
        scene.queues.empty(ann)


def test_pause_lets_the_present_run_end_and_begins_no_other(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one", options={"seconds": 0.3})
        scene.add(ann, "two")
    until(lambda: scene.queues.look(ann).queue.running)
    scene.queues.pause(ann)
    scene.at_rest(ann)
    assert (scene.drawn(), scene.waiting(ann)) == (["one"], ["two"])
    scene.add(ann, "three")
    scene.at_rest(ann)
    assert scene.waiting(ann) == ["two", "three"]
    scene.queues.resume(ann)
    scene.at_rest(ann)
    assert scene.drawn() == ["one", "two", "three"]


def test_stop_ends_what_runs_and_pauses_with_the_rest_waiting(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one", steps=20, options={"seconds": 30})
        scene.add(ann, "two")
    until(lambda: scene.playground.backends["fake"].running)  # type: ignore[attr-defined]
    scene.playground.live.stop(ann)
    scene.at_rest(ann)
    now = scene.queues.look(ann).queue
    assert (now.paused, "Stop" in str(now.said), scene.drawn()) == (True, True, [])
    assert [(entry.state, entry.said) for entry in now.entries] == [("stopped", "Stopped."), ("waiting", None)]
    scene.queues.resume(ann)
    scene.at_rest(ann)
    assert scene.drawn() == ["two"]


def test_once_a_stopped_run_has_ended_the_first_look_shows_it_so(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, steps=20, options={"seconds": 30})
    until(lambda: scene.playground.backends["fake"].running)  # type: ignore[attr-defined]
    (run,) = scene.runs()
    scene.playground.live.stop(ann)
    until(lambda: not scene.playground.live.carries(run.id) and not scene.queues._desk(ann)._at_hand)
    assert [entry.state for entry in scene.queues.look(ann).queue.entries] == ["stopped"]


def test_an_order_that_was_stopped_is_noted_once_it_has_ended_and_never_placed_again(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one", steps=20, options={"seconds": 0.5, "provider": True})
        scene.add(ann, "two")
    until(lambda: scene.playground.backends["fake"].running)  # type: ignore[attr-defined]
    scene.playground.live.stop(ann)
    scene.at_rest(ann)
    assert scene.drawn() == ["one"]
    assert [entry.requests[0].prompt for entry in scene.queues.look(ann).queue.entries] == ["two"]
    assert scene.playground.backends["fake"].submissions == ["one"]  # type: ignore[attr-defined]


def test_nothing_is_drawn_once_the_page_is_closed_and_the_one_begun_waits_again(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one", steps=20, options={"seconds": 30})
        scene.add(ann, "two")
    until(lambda: scene.playground.backends["fake"].running)  # type: ignore[attr-defined]
    scene.pages.close()
    scene.at_rest(ann)
    assert scene.waiting(ann) == ["one", "two"]
    now = scene.queues.look(ann).queue
    assert (now.paused, "page was closed" in str(now.said)) == (True, True)


def test_a_reload_within_the_time_goes_on(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        for number in range(3):
            scene.add(ann, f"boat {number}", options={"seconds": 0.2})
    scene.page(page="page-2")
    scene.at_rest(ann)
    assert len(scene.drawn()) == 3


def test_while_a_page_is_reloaded_nothing_is_begun_and_nothing_said(playground: Playground) -> None:
    scene = scene_of(playground, linger=60)
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann)
        scene.pages.close()
    until(lambda: not playground.live.begins(ann) or scene.queues.look(ann).drawing)
    now = scene.queues.look(ann)
    assert (scene.runs(), now.queue.paused) == ([], False)
    scene.page(page="page-2")
    scene.at_rest(ann)
    assert scene.drawn() == ["a boat"]
    scene.pages.close()


def test_a_second_tab_sees_one_queue_and_goes_on_with_it(scene: Scene) -> None:
    ann, other = scene.page(), scene.page(page="page-2")
    with scene.meanwhile(ann):
        entry = scene.add(ann, "one")
        scene.add(other, "two")
        assert scene.waiting(ann) == scene.waiting(other) == ["one", "two"]
        scene.queues.move(other, entry.id, up=False)
        assert scene.waiting(ann) == ["two", "one"]
    scene.at_rest(ann)
    assert scene.drawn() == ["two", "one"]


def test_no_visitor_sees_or_touches_anothers(scene: Scene) -> None:
    ann, ben = scene.page(), scene.page("ben", "page-2")
    with scene.meanwhile(ann):
        entry = scene.add(ann)
        scene.queues.undo(ben)
        for touch in (
            lambda: scene.queues.move(ben, entry.id, up=True),
            lambda: scene.queues.remove(ben, entry.id),
        ):
            with pytest.raises(NotFound):
                touch()
        assert scene.queues.empty(ben) == 0
        assert list(scene.queues.look(ben).queue.entries) == []
        assert scene.waiting(ann) == ["a boat"]
    scene.at_rest(ann)
    assert scene.runs("ben") == []


def test_what_a_backend_refuses_by_then_says_so_and_the_others_go_on(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        entry = scene.add(ann, "one", options={"fail_after": 0})
        scene.add(ann, "two")
    scene.at_rest(ann)
    (left,) = scene.queues.look(ann).queue.entries
    assert (left.id, left.state, left.said) == (entry.id, "failed", "The model gave up on this run: try it again.")
    assert scene.drawn() == ["two"]


def test_an_empty_account_pauses_and_the_entry_waits(scene: Scene) -> None:
    ann = scene.page()
    with scene.meanwhile(ann):
        scene.add(ann, "one", options={"fail_after": 0, "failure": "no credit"})
        scene.add(ann, "two")
    scene.at_rest(ann)
    now = scene.queues.look(ann).queue
    assert (scene.waiting(ann), now.paused) == (["one", "two"], True)
    assert "no credit left" in str(now.said)


def test_a_visitor_who_cannot_be_known_again_is_told_so(scene: Scene) -> None:
    guest = scene.page("g" + "0" * 31)
    with pytest.raises(NotAllowed, match="cookie"):
        scene.add(guest)


def test_until_it_is_stopped_ends_at_its_number_of_images_with_a_seed_for_each(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, until=Until(5), count=2)
    scene.at_rest(ann)
    runs = scene.runs()
    assert [len(run.images) for run in runs] == [2, 2, 1]
    assert len({image.seed for run in runs for image in run.images}) == 5
    (entry,) = scene.queues.look(ann).queue.entries
    assert (entry.state, entry.said) == ("done", "It has made 5 images, as many as it was to.")


def test_until_it_is_stopped_counts_on_from_a_given_seed(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, until=Until(3), seed=7)
    scene.at_rest(ann)
    assert [image.seed for run in scene.runs() for image in run.images] == [7, 8, 9]


def test_until_it_is_stopped_draws_its_choices_anew(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, "a {red|blue|green|white|black|pink} boat", until=Until(12))
    scene.at_rest(ann)
    assert len(set(scene.drawn())) > 1


def test_stop_ends_what_would_go_on_until_then(scene: Scene) -> None:
    ann = scene.page()
    scene.add(ann, until=Until(1000))
    until(lambda: len(scene.runs()) > 2)
    scene.playground.live.stop(ann)
    scene.at_rest(ann)
    made = len(scene.runs())
    assert scene.queues.look(ann).queue.paused
    assert made < 1000


@pytest.mark.parametrize(
    ("images", "usd", "said"),
    [(0, None, "1 to 1000"), (1001, None, "1 to 1000"), (5, Decimal(0), "more than 0"), (5, Decimal("NaN"), "more")],
)
def test_an_end_that_is_none_is_refused(scene: Scene, images: int, usd: Decimal | None, said: str) -> None:
    ann = scene.page()
    with pytest.raises(InvalidRequest, match=said):
        scene.add(ann, until=Until(images, usd))


def test_what_costs_needs_an_end_in_money(scene: Scene) -> None:
    ann = scene.page()
    with pytest.raises(InvalidRequest, match="at how many dollars"):
        scene.add(ann, until=Until(5), options={"provider": True})

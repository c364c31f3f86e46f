from collections.abc import Callable

import pytest

from backend.domain.errors import InvalidRequest, NotFound
from backend.library.shelf import MOST_OF_A_KIND, Shelf
from backend.playground import Playground
from backend.prompts.styles import Style


@pytest.fixture
def shelf(playground: Playground) -> Shelf:
    return Shelf(playground.store.engine)


def test_what_is_saved_is_there_again_and_only_for_its_visitor(shelf: Shelf) -> None:
    style = Style(name="Ink", prompt="ink {prompt}", group="Mine")
    shelf.save_style("me", style)
    shelf.save_preset("me", "夜", {"mode": "inpaint", "prompt": "a night", "steps": 4, "image": "1" * 64})
    shelf.save_list("me", "beast", ["cat", "{red|grey} fox"])
    assert shelf.styles("me") == [style]
    assert shelf.presets("me") == {"夜": {"mode": "inpaint", "prompt": "a night", "steps": 4}}
    assert shelf.lists("me") == {"beast": ["cat", "{red|grey} fox"]}
    assert shelf.styles("you") == []


def test_saving_again_replaces(shelf: Shelf) -> None:
    shelf.save_preset("me", "a", {"steps": 4})
    shelf.save_preset("me", "a", {"steps": 6})
    assert shelf.presets("me") == {"a": {"mode": "text_to_image", "steps": 6}}


def test_removing_is_of_ones_own(shelf: Shelf) -> None:
    shelf.save_list("me", "a", ["b"])
    with pytest.raises(NotFound):
        shelf.remove("you", "list", "a")
    shelf.remove("me", "list", "a")
    assert shelf.lists("me") == {}


WRONG: list[Callable[[Shelf], object]] = [
    lambda shelf: shelf.save_preset("me", "a", {"steps": 99}),
    lambda shelf: shelf.save_preset("me", "a", {"api_key": "secret"}),
    lambda shelf: shelf.save_preset("me", " ", {"steps": 4}),
    lambda shelf: shelf.save_list("me", "two words", ["a"]),
    lambda shelf: shelf.save_list("me", "a", []),
    lambda shelf: shelf.save_list("me", "a", ["x" * 60_000]),
    lambda shelf: shelf.save_list("me", "a", ["x" * 10_000] * 10),
]


@pytest.mark.parametrize("save", WRONG)
def test_what_is_wrong_is_not_kept(shelf: Shelf, save: Callable[[Shelf], object]) -> None:
    with pytest.raises(InvalidRequest):
        save(shelf)
    assert not shelf.presets("me")
    assert not shelf.lists("me")


def test_a_shelf_is_full_one_day(shelf: Shelf) -> None:
    for number in range(MOST_OF_A_KIND):
        shelf.save_list("me", f"list{number}", ["a"])
    shelf.save_list("me", "list0", ["b"])
    with pytest.raises(InvalidRequest, match="remove one first"):
        shelf.save_list("me", "another", ["a"])

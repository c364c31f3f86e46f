import dataclasses
from decimal import Decimal

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import NotReady
from backend.playground import Playground
from backend.upkeep.start_checks import check_start
from backend.upkeep.start_lines import start_lines
from tests.backend.strangers import PaidFake, shared


def test_on_this_machine_alone_nothing_needs_saying(playground: Playground) -> None:
    assert start_lines(playground) == []


def test_over_a_share_link_it_says_who_gets_in_and_what_they_can_spend(playground: Playground) -> None:
    assert start_lines(shared(playground, visitor_cap_usd=Decimal("0.10"))) == [
        "Strangers can reach this page (a share link). No password is asked; --auth NAME:PASSWORD sets one.",
        "On your key for Fake provider they can spend, in 24 hours, $0.10 each (PLAYGROUND_VISITOR_CAP_USD), "
        "$5.00 all together (PLAYGROUND_DAILY_CAP_USD), $0.50 a room (PLAYGROUND_ROOM_CAP_USD).",
    ]


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ({"share": False, "space_id": "ann/playground"}, "the Space ann/playground"),
        ({"share": False, "host": "0.0.0.0"}, "address 0.0.0.0"),
        ({"share": False, "trusted_proxy": "10.0.0.1"}, "a proxy"),
    ],
)
def test_it_says_how_they_reach_it(playground: Playground, values: dict[str, object], way: str) -> None:
    assert way in start_lines(shared(playground, **values, auth="ann:secret-word"))[0]


def test_a_password_is_mentioned_and_never_shown(playground: Playground) -> None:
    lines = "\n".join(start_lines(shared(playground, auth="ann:secret-word")))
    assert "It asks for a password." in lines
    assert "secret-word" not in lines


def test_without_a_key_of_the_servers_it_says_that_nothing_can_be_spent(playground: Playground) -> None:
    class Keyless(PaidFake):
        def missing(self, caller: Caller) -> str | None:
            return "Paste a key."

    house = dataclasses.replace(shared(playground), backends={"fake": Keyless(playground.files)})
    assert "spend nothing of yours" in start_lines(house)[1]


def test_the_keys_that_programs_have_are_named_with_what_they_may_cost(playground: Playground) -> None:
    house = shared(playground)
    key = house.api_keys.new("chat", Decimal("2.00"))
    house.api_keys.new("old", Decimal("1.00"))
    house.api_keys.revoke("old")
    said = start_lines(house)[2]
    assert "chat ($2.00)" in said
    assert "old" not in said
    assert key not in said


def test_gradios_vibe_mode_never_starts_before_strangers(playground: Playground) -> None:
    check_start(playground.settings.model_copy(update={"vibe_mode": "1"}))
    with pytest.raises(NotReady, match="GRADIO_VIBE_MODE"):
        check_start(shared(playground, vibe_mode="1").settings)


def test_unmarked_pictures_are_said_at_the_start_and_refused_before_strangers(playground: Playground) -> None:
    unmarked = playground.settings.model_copy(update={"mark": False})
    check_start(unmarked)
    (line,) = start_lines(dataclasses.replace(playground, settings=unmarked))
    assert "PLAYGROUND_MARK is off" in line
    with pytest.raises(NotReady, match="PLAYGROUND_MARK is off"):
        check_start(shared(playground, mark=False).settings)


def test_a_watermark_is_said_at_the_start_wherever_the_page_can_be_reached_from(playground: Playground) -> None:
    here = playground.settings.model_copy(update={"watermark": True})
    (line,) = start_lines(dataclasses.replace(playground, settings=here))
    assert "PLAYGROUND_WATERMARK is on" in line
    assert start_lines(shared(playground, watermark=True))[-1] == line

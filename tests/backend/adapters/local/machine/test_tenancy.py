"""Who holds the model, and who waits for whom."""

import threading

import pytest

from backend.adapters.local.machine.tenancy import Tenancy
from backend.domain.caller import Press
from backend.domain.errors import Cancelled
from backend.domain.events import News, unheard

SECONDS = 60.0


def switching(tenancy: Tenancy) -> tuple[threading.Thread, threading.Event]:
    """Begin a switch, and return it with what tells that it is alone."""
    alone = threading.Event()

    def switch() -> None:
        with tenancy.alone():
            alone.set()

    thread = threading.Thread(target=switch)
    thread.start()
    return thread, alone


def until_waiting(tenancy: Tenancy) -> None:
    while not tenancy._switching:
        threading.Event().wait(0.01)


def test_a_switch_waits_for_what_runs_and_what_comes_meanwhile_waits_for_the_switch() -> None:
    tenancy, told = Tenancy(), []
    with tenancy.held(unheard, 8, None, lambda: "Switching"):
        thread, alone = switching(tenancy)
        until_waiting(tenancy)

        def tell(event: News) -> None:
            told.append(event)
            raise Cancelled  # whoever waits may leave

        with pytest.raises(Cancelled), tenancy.held(tell, 8, None, lambda: "Switching"):
            pass
        assert told[0].doing == "Switching"
        assert not alone.is_set()
    thread.join(SECONDS)
    assert alone.is_set()


def test_a_press_goes_on_with_its_model_until_it_has_ended() -> None:
    tenancy, press = Tenancy(), Press("a visitor", "a page")
    with tenancy.held(unheard, 8, press, str):
        pass
    thread, alone = switching(tenancy)
    until_waiting(tenancy)
    with tenancy.held(unheard, 8, press, str):  # the grid's next cell
        assert tenancy.holders == 1
        assert not alone.is_set()
    press.over = True
    thread.join(SECONDS)
    assert alone.is_set()
    assert tenancy.holders == 0


def test_presses_that_are_over_are_forgotten() -> None:
    tenancy = Tenancy()
    for _ in range(5):
        press = Press("a visitor", "a page")
        with tenancy.held(unheard, 8, press, str):
            press.over = True
    assert tenancy.holders == 0

"""What is loaded in the background while others wait for it."""

import threading

import pytest

from backend.domain.errors import Cancelled, NotReady
from backend.domain.events import Event, Progress
from backend.threads.background import Loading, Report


class Model:
    """What takes long to load."""


@pytest.fixture
def model() -> Model:
    return Model()


def test_a_model_is_loaded_once_for_all_who_wait(model: Model) -> None:
    loads = []

    def load(report: Report) -> Model:
        loads.append(1)
        return model

    loading = Loading(load)
    threads = [threading.Thread(target=loading.wait, args=(lambda _: None, 8)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == [1]
    assert loading.wait(lambda _: None, 8) is model


def test_who_waits_sees_what_is_being_done_and_may_leave(model: Model) -> None:
    go, told = threading.Event(), threading.Event()

    def load(report: Report) -> Model:
        report("Reading transformer", 0.5)
        told.set()
        go.wait()
        return model

    def leave(event: Event) -> None:
        assert event == Progress(0, 8, doing="Reading transformer")
        raise Cancelled

    loading = Loading(load)
    loading.start()
    told.wait()
    with pytest.raises(Cancelled):
        loading.wait(leave, 8)
    assert loading.busy
    assert loading.fraction == 0.5
    go.set()
    assert loading.wait(lambda _: None, 8) is model


def test_a_failure_is_told_to_who_waits_and_tried_again_by_the_next(model: Model) -> None:
    answers = iter([NotReady("The disk is gone."), None])

    def load(report: Report) -> Model:
        error = next(answers)
        if error:
            raise error
        return model

    loading = Loading(load)
    with pytest.raises(NotReady, match=r"The disk is gone\."):
        loading.wait(lambda _: None, 8)
    assert loading.wait(lambda _: None, 8) is model


def test_a_librarys_own_fault_is_said_with_its_first_words_and_without_places() -> None:
    def load(report: Report) -> Model:
        raise OSError("no tokenizer of owner/name in /home/somebody/secret or C:\\Users\\secret\nthe second line")

    loading = Loading(load)
    with pytest.raises(NotReady) as caught:
        loading.wait(lambda _: None, 8)
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith(
        "The model could not be loaded. OSError says “no tokenizer of owner/name in … or …”. Get its files again"
    )

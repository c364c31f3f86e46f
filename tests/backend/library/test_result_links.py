import pytest

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.events import Failed, Finished
from backend.domain.records import Run
from backend.generation.generate import generate
from backend.library.result_links import ResultLinks
from backend.playground import Playground
from tests.backend.strangers import paid


@pytest.fixture
def links(playground: Playground) -> ResultLinks:
    return playground.result_links


def made(playground: Playground, **options: object) -> Run:
    *_, last = generate(playground, Caller(visitor="ann"), "fake", paid(seed=7, options=options))
    assert isinstance(last, Finished | Failed)
    assert last.run is not None
    return last.run


def test_a_link_shows_the_image_and_the_settings_to_whoever_has_it(playground: Playground, links: ResultLinks) -> None:
    run = made(playground)
    shown = links.opened(links.share(run.id, "ann"))
    assert [image.sha256 for image in shown.images] == [run.images[0].sha256]
    assert (shown.recipe["prompt"], shown.recipe["seed"]) == ("a boat", 7)


def test_a_link_tells_nothing_of_its_maker(playground: Playground, links: ResultLinks) -> None:
    run = made(playground)
    shown = repr(links.opened(links.share(run.id, "ann")))
    assert "ann" not in shown
    assert run.id not in shown
    assert "fake_id" not in shown
    assert run.images[0].original is not None
    assert run.images[0].original not in shown
    assert "0.0013" not in shown


def test_the_same_run_has_the_same_link_until_it_is_revoked_for_good(
    playground: Playground, links: ResultLinks
) -> None:
    run = made(playground)
    token = links.share(run.id, "ann")
    assert links.share(run.id, "ann") == token == links.token(run.id, "ann")
    links.revoke(run.id, "ann")
    with pytest.raises(NotFound, match="taken back"):
        links.opened(token)
    assert links.token(run.id, "ann") is None
    assert links.share(run.id, "ann") != token


def test_only_the_maker_shares_and_revokes(playground: Playground, links: ResultLinks) -> None:
    run = made(playground)
    token = links.share(run.id, "ann")
    for attempt in (links.share, links.revoke):
        with pytest.raises(NotFound, match="of yours"):
            attempt(run.id, "bob")
    assert links.token(run.id, "bob") is None
    assert links.opened(token)


def test_a_deleted_run_is_gone_from_its_link(playground: Playground, links: ResultLinks) -> None:
    run = made(playground)
    token = links.share(run.id, "ann")
    playground.history.delete("ann", [run.id])
    with pytest.raises(NotFound):
        links.opened(token)


def test_without_an_image_there_is_nothing_to_share(playground: Playground, links: ResultLinks) -> None:
    run = made(playground, fail_after=0)
    with pytest.raises(NotFound, match="no image yet"):
        links.share(run.id, "ann")


@pytest.mark.parametrize("guess", ["", "a" * 22, "' OR 1=1 --", "\0", "x" * 10_000])
def test_a_guessed_link_shows_nothing(playground: Playground, links: ResultLinks, guess: str) -> None:
    made(playground)
    with pytest.raises(NotFound):
        links.opened(guess)

from datetime import UTC, datetime

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import NotFound
from backend.domain.events import Failed, Finished, Generated
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.images.keep import keep_image
from backend.images.metadata.texts import read_texts
from backend.library.recipe_links import pack, unpack
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


def test_a_server_of_the_makers_own_is_in_neither_link_nor_file_nor_room(
    playground: Playground, links: ResultLinks
) -> None:
    secret = "https://hooks.example/done?token=secret"  # where a provider is to post results, too
    asked = {"mode": "text_to_image", "prompt": "a boat", "width": 128, "height": 128}
    request = parse_request({**asked, "options": {"cost_usd": None, "webhook_url": secret, "upload_endpoint": secret}})
    room = playground.rooms.open("ann", room_name="Attic", name="Ann")
    run = Run("f" * 32, "ann", "fake", request, "finished", datetime.now(UTC), room=room.id)
    playground.store.add(run)
    image = keep_image(playground.files, run, Generated(Image.new("RGB", (128, 128)), 7, None))
    playground.store.add_image(run.id, image)
    content = playground.files.read(image.sha256)
    shown = links.opened(links.share(run.id, "ann")).recipe
    linked = unpack(pack(request)).recipe
    assert "secret" not in f"{shown} {linked} {content!r} {read_texts(content)}"
    assert shown["options"] == {"cost_usd": None}
    assert "secret" not in repr(playground.rooms.board(room.id, "ann"))
    assert playground.rooms.run(room.id, "ann", run.id).request.options == {"cost_usd": None}
    assert playground.store.run(run.id, "ann").request.options["webhook_url"] == secret, "the maker's own keeps it"

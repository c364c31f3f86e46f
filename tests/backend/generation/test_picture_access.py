import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, NotFound
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import Request, parse_request
from backend.generation.generate import generate
from backend.generation.picture_access import picture, receive, receive_bytes
from backend.images import incoming
from backend.images.encoding import encode
from backend.playground import Playground
from backend.record.database.engine import exclusively

ANN, BOB = Caller(visitor="ann"), Caller(visitor="bob")


def upload(folder: Path, colour: str = "red") -> Path:
    path = folder / f"{colour}.png"
    path.write_bytes(encode(Image.new("RGB", (64, 48), colour), "png"))
    return path


def redraw(sha256: str, **values: Any) -> Request:
    return parse_request({"mode": "image_to_image", "prompt": "a boat", "steps": 1, "image": sha256, **values})


def run(playground: Playground, caller: Caller, request: Request) -> Run:
    *_, last = generate(playground, caller, "fake", request)
    assert isinstance(last, Finished)
    return last.run


def test_a_visitor_uses_their_own_upload_and_nobody_elses(playground: Playground, tmp_path: Path) -> None:
    anns = receive(playground, ANN, upload(tmp_path))
    run(playground, ANN, redraw(anns))
    with pytest.raises(NotFound):
        next(generate(playground, BOB, "fake", redraw(anns)))
    assert playground.store.runs("bob") == []


def test_anothers_picture_is_reported_as_a_missing_one(playground: Playground, tmp_path: Path) -> None:
    anns = receive(playground, ANN, upload(tmp_path))
    with pytest.raises(NotFound) as there:
        picture(playground, BOB, anns)
    with pytest.raises(NotFound) as absent:
        picture(playground, BOB, "0" * 64)
    assert str(there.value).replace(anns[:12], "…") == str(absent.value).replace("0" * 12, "…")


def test_two_visitors_who_brought_the_same_picture_both_have_it(playground: Playground, tmp_path: Path) -> None:
    path = upload(tmp_path)
    anns, bobs = receive(playground, ANN, path), receive(playground, BOB, path)
    assert anns == bobs
    assert picture(playground, ANN, anns) == picture(playground, BOB, bobs)


def test_results_and_the_providers_own_files_are_their_makers_alone(playground: Playground) -> None:
    paid = parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "options": {"provider": True}})
    (image,) = run(playground, ANN, paid).images
    assert image.original is not None
    for sha256 in (image.sha256, image.original):
        assert picture(playground, ANN, sha256).exists()
        with pytest.raises(NotFound):
            picture(playground, BOB, sha256)
        with pytest.raises(NotFound):
            next(generate(playground, BOB, "fake", redraw(sha256)))


def test_a_further_controls_picture_is_checked_too(playground: Playground, tmp_path: Path) -> None:
    anns, bobs = receive(playground, ANN, upload(tmp_path)), receive(playground, BOB, upload(tmp_path, "blue"))
    with pytest.raises(NotFound):
        next(generate(playground, BOB, "fake", redraw(bobs, controls=[{"image": anns}])))


def test_in_a_room_that_both_joined_results_and_inputs_are_shared_for_remixing(
    playground: Playground, tmp_path: Path
) -> None:
    room = playground.rooms.open("ann", room_name="The attic", name="Ann").id
    anns = receive(playground, ANN, upload(tmp_path))
    made = run(playground, Caller(visitor="ann", room=room), redraw(anns))
    for sha256 in (anns, made.images[0].sha256):
        with pytest.raises(NotFound):
            picture(playground, BOB, sha256)
    playground.rooms.join(room, "bob", name="Bob")
    for sha256 in (anns, made.images[0].sha256):
        run(playground, Caller(visitor="bob", room=room), redraw(sha256))


def test_what_nobody_brought_is_everybodys_such_as_an_examples_picture(playground: Playground) -> None:
    sha256 = playground.files.put(encode(Image.new("RGB", (32, 32)), "png"), "png")
    assert picture(playground, BOB, sha256).exists()


def test_a_path_of_anothers_upload_is_not_read(playground: Playground, tmp_path: Path) -> None:
    path = upload(tmp_path)
    playground.holders.add_served(str(path), "ann")
    with pytest.raises(NotFound, match="upload it again"):
        receive(playground, BOB, path)
    receive(playground, ANN, path)


def test_an_upload_is_read_once_and_again_only_when_it_or_its_copy_has_changed(
    playground: Playground, tmp_path: Path
) -> None:
    path = upload(tmp_path)
    sha256, stamp = receive(playground, ANN, path), path.stat()
    path.write_bytes(b"x" * stamp.st_size)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    assert receive(playground, ANN, path) == sha256, "by path, size and moment alone"
    kept = playground.files.path(sha256)
    os.utime(kept, (0, 0))
    receive(playground, ANN, path)
    assert playground.files.seconds_since_put(sha256) < 60, "nothing that is wanted looks old"
    kept.unlink()
    with pytest.raises(BadImage):
        receive(playground, ANN, path)


def test_a_look_at_a_known_upload_waits_for_no_writer(playground: Playground, tmp_path: Path) -> None:
    path = upload(tmp_path)
    sha256 = receive(playground, ANN, path)
    with ThreadPoolExecutor(1) as other, exclusively(playground.store.engine):
        assert other.submit(receive, playground, ANN, path).result(timeout=60) == sha256


def test_what_is_no_picture_is_refused_and_belongs_to_nobody(playground: Playground, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    path.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    with pytest.raises(BadImage):
        receive(playground, ANN, path)


@pytest.mark.parametrize("name", ["../../secret", "..", "", "/etc/passwd", "A" * 64, "0" * 63 + "\n", "0" * 65])
def test_no_name_leads_out_of_the_data_folder(playground: Playground, name: str) -> None:
    (playground.settings.data / "secret.png").write_bytes(b"secret")
    for attempt in (playground.files.path, playground.files.read, playground.files.delete):
        with pytest.raises(NotFound):
            attempt(name)
    assert (playground.settings.data / "secret.png").exists()


def test_served_files_are_forgotten_with_the_cache_and_pictures_never(playground: Playground) -> None:
    holders = playground.holders
    holders.add_served("/cache/a.png", "ann")
    holders.add_served("/cache/a.png", "ann")
    holders.add_picture("a" * 64, "ann")
    assert holders.served("/cache/a.png", "ann") == "yours"
    assert holders.served("/cache/a.png", "bob") == "another's"
    assert holders.served("/cache/b.png", "bob") == "nobody's"
    holders.forget_served(datetime.now(UTC) + timedelta(seconds=1))
    assert holders.served("/cache/a.png", "bob") == "nobody's"
    assert holders.picture("a" * 64, "bob") == "another's"


@pytest.mark.parametrize("limit", ["MOST_PIXELS", "MOST_BYTES"])
def test_a_result_goes_on_by_its_reference_however_large_it_is(
    playground: Playground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    small = receive(playground, ANN, upload(tmp_path))
    made = run(playground, ANN, parse_request({"mode": "upscale", "image": small, "factor": 4})).images[0]
    assert (made.width, made.height) == (256, 192)
    copy = tmp_path / "z-image-256x192.png"
    copy.write_bytes(playground.files.read(made.sha256))
    monkeypatch.setattr(incoming, limit, 100)
    for _ in range(2):  # As it is asked at each look at the price.
        assert receive(playground, ANN, copy) == made.sha256
    assert receive_bytes(playground, ANN, copy.read_bytes()) == made.sha256
    assert run(playground, ANN, redraw(made.sha256)).images
    with pytest.raises(BadImage, match="the most is"):
        receive(playground, BOB, copy)
    with pytest.raises(BadImage, match="the most is"):
        receive_bytes(playground, BOB, copy.read_bytes())
    copy.write_bytes(playground.files.read(made.sha256) + b"more")
    with pytest.raises(BadImage, match="the most is"):
        receive(playground, ANN, copy)

"""What goes by age, what goes when room runs out, and what stays whatever happens."""

import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from backend.adapters.local.backend import LocalBackend
from backend.domain.caller import Caller
from backend.domain.errors import NotFound, StorageFull
from backend.domain.events import Finished, Mapped
from backend.domain.parts import Control
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.experiments.control_map import control_map
from backend.generation.generate import draw_control, generate
from backend.generation.picture_access import receive
from backend.images.encoding import encode
from backend.images.storage.bucket import open_images
from backend.images.storage.disk import Disk
from backend.playground import Playground
from backend.record.unused import remove_unused
from backend.settings import Settings
from backend.upkeep.tidying import DAY, HOUR, SERVED_FOLDER, Tidying
from tests.backend.aging import grow_older

ANN = Caller(visitor="ann")


@pytest.fixture
def tidying(playground: Playground, tmp_path: Path) -> Tidying:
    return Tidying(playground, tmp_path / "cache")


def upload(folder: Path, colour: str = "red") -> Path:
    path = folder / f"{colour}.png"
    path.write_bytes(encode(Image.new("RGB", (64, 48), colour), "png"))
    return path


def run(playground: Playground, **values: object) -> Run:
    *_, last = generate(playground, ANN, "fake", parse_request({"prompt": "a boat", "steps": 1, **values}))
    assert isinstance(last, Finished)
    return last.run


def written(path: Path, age: float = 0.0, used: float | None = None) -> Path:
    """Write a file that was made and used so many seconds ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * 1000)
    now = path.stat().st_mtime
    os.utime(path, (now - (age if used is None else used), now - age))
    return path


def test_a_picture_that_became_no_run_goes_after_a_day(tidying: Tidying, tmp_path: Path) -> None:
    playground = tidying.playground
    sha256 = receive(playground, ANN, upload(tmp_path))
    grow_older(playground.files.folder, DAY - HOUR)
    assert tidying.tidy() == 0
    grow_older(playground.files.folder, 2 * HOUR)
    assert tidying.tidy() == 1
    with pytest.raises(NotFound):
        playground.files.path(sha256)
    assert playground.holders.picture(sha256, "ann") == "nobody's"


def test_a_picture_that_is_looked_at_again_stays(tidying: Tidying, tmp_path: Path) -> None:
    playground = tidying.playground
    path = upload(tmp_path)
    sha256 = receive(playground, ANN, path)
    grow_older(playground.files.folder, 2 * DAY)
    receive(playground, ANN, path)
    assert tidying.tidy() == 0
    assert playground.files.path(sha256)


def test_what_a_run_shows_started_from_or_was_sent_stays_for_ever(tidying: Tidying, tmp_path: Path) -> None:
    playground = tidying.playground
    sha256, mask = (receive(playground, ANN, upload(tmp_path, colour)) for colour in ("red", "white"))
    redrawn = run(playground, mode="inpaint", image=sha256, mask=mask, options={"provider": True})
    originals = [image.original for image in redrawn.images]
    assert all(originals)
    kept = [sha256, mask, *(image.sha256 for image in redrawn.images), *filter(None, originals)]
    playground.history.delete("ann", [redrawn.id])
    grow_older(playground.files.folder, 300 * DAY)
    tidying.tidy()
    for each in kept:
        assert playground.files.whole(each), "also of a run in the trash, which can be brought back"


def test_a_map_that_was_made_for_nothing_goes_and_one_that_a_run_followed_stays(
    tidying: Tidying, tmp_path: Path
) -> None:
    playground = tidying.playground
    image = receive(playground, ANN, upload(tmp_path))
    *_, made = control_map(playground, ANN, playground.backends["fake"], Control(image=image), {})
    assert isinstance(made, Mapped)
    run(playground, mode="controlnet", image=made.sha256, preprocess="none")
    grow_older(playground.files.folder, 2 * DAY)
    assert tidying.tidy() == 1, "the picture that the map was made of"
    assert playground.files.whole(made.sha256)


def test_nothing_goes_that_came_since_a_run_began_which_has_not_ended(tidying: Tidying, tmp_path: Path) -> None:
    playground = tidying.playground
    old = receive(playground, ANN, upload(tmp_path, "blue"))
    grow_older(playground.files.folder, 5 * DAY)
    began = datetime.now(UTC) - timedelta(days=3)
    stuck = replace(run(playground, mode="text_to_image"), id="e" * 32, status="running", created=began)
    playground.store.add(stuck)
    paid = playground.files.put(encode(Image.new("RGB", (64, 48), "green"), "png"), "png")
    grow_older(playground.files.folder, 2 * DAY)
    tidying.tidy()
    assert not playground.files.holds(old)
    assert playground.files.holds(paid)
    playground.store.finish(replace(stuck, status="interrupted"))
    tidying.tidy()
    assert not playground.files.holds(paid)


def test_one_that_is_wanted_in_the_moment_it_is_removed_stays(playground: Playground, tmp_path: Path) -> None:
    path, stop = upload(tmp_path), threading.Event()
    sha256 = receive(playground, ANN, path)

    def remove() -> None:
        while not stop.is_set():
            remove_unused(playground.store.engine, playground.files, playground.files.path(sha256).stat().st_mtime)

    other = threading.Thread(target=remove)
    other.start()
    try:
        for _ in range(200):
            receive(playground, ANN, path)
            # As `remove` looks for what is older than the file was a moment ago, only a renewed one may stay.
    finally:
        stop.set()
        other.join()
    receive(playground, ANN, path)
    assert playground.files.whole(sha256)


def test_copies_go_a_day_after_they_were_last_shown_and_in_six_days_at_the_latest(tidying: Tidying) -> None:
    served = tidying.cache / SERVED_FOLDER
    shown = written(served / "a" / "copy.png", age=5 * DAY, used=HOUR)
    unused = written(served / "b" / "thumbnail.jpg", age=DAY + HOUR)
    old = written(served / "c" / "z-image-history.zip", age=6 * DAY + HOUR, used=0)
    assert tidying.tidy() == 2
    assert (shown.exists(), unused.exists(), old.exists()) == (True, False, False)


def test_the_folder_of_a_copy_goes_once_it_is_empty_and_not_one_that_was_just_made(tidying: Tidying) -> None:
    served = tidying.cache / SERVED_FOLDER
    old, new = served / "old", served / "new"
    for folder in (old, new):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))
    tidying.tidy()
    assert (old.exists(), new.exists()) == (False, True)


def test_uploads_of_an_earlier_process_go_and_other_programs_files_stay(tidying: Tidying) -> None:
    ours = written(tidying.cache / ("a" * 64) / "photo.png", age=2 * DAY)
    young = written(tidying.cache / ("b" * 64) / "photo.png", age=HOUR)
    for path in (ours, young):
        tidying.playground.holders.add_served(str(path), "ann")
    others = [written(tidying.cache / name, age=2 * DAY) for name in ("c" * 64 + "/x.png", "video/x.mp4", "notes.txt")]
    half = written(tidying.cache / "tmpq3x", age=2 * HOUR)
    coming = written(tidying.cache / "tmp7ab", age=60)
    assert tidying.tidy() == 2
    assert [path.exists() for path in (ours, half)] == [False, False]
    assert all(path.exists() for path in (young, coming, *others))


def test_in_a_folder_of_its_own_every_old_upload_goes_also_of_nobody_known(
    playground: Playground, tmp_path: Path
) -> None:
    common = tmp_path / "common"
    tidying = Tidying(playground, tmp_path / "ours", ours=True, former=(common,))
    nobodys = written(tidying.cache / ("c" * 64) / "photo.png", age=2 * DAY)
    shown = written(tidying.cache / ("d" * 64) / "photo.png", age=2 * DAY, used=HOUR)
    left = written(common / SERVED_FOLDER / "a" / "copy.png", age=2 * DAY)
    others = written(common / ("e" * 64) / "photo.png", age=2 * DAY)
    assert tidying.tidy() == 2
    assert [path.exists() for path in (nobodys, left)] == [False, False]
    assert all(path.exists() for path in (shown, others))


def test_an_image_that_was_broken_off_in_the_middle_goes(tidying: Tidying) -> None:
    half = written(tidying.playground.files.folder / "ab" / ".tmp123", age=2 * HOUR)
    assert tidying.tidy() == 1
    assert not half.exists()


def test_it_is_forgotten_whose_a_file_was_only_once_it_is_gone(tidying: Tidying) -> None:
    holders, now = tidying.playground.holders, tidying.cache.parent.stat().st_mtime
    path = written(tidying.cache / SERVED_FOLDER / "a" / "copy.png", age=5 * DAY, used=0)
    holders.add_served(str(path), "ann")
    tidying.tidy(now + 2 * DAY)
    assert not path.exists()
    assert holders.served(str(path), "ann") == "yours"
    tidying.tidy(now + 8 * DAY)
    assert holders.served(str(path), "ann") == "nobody's"


def limited(playground: Playground, limit: int) -> Playground:
    disk = Disk(limit, playground.settings.data)
    playground.files.disk = disk
    return replace(playground, disk=disk)


def test_where_room_runs_out_the_longest_unused_copies_go_before_their_time(
    playground: Playground, tmp_path: Path
) -> None:
    playground = limited(playground, 20_000_000)
    playground.disk.check(0)
    tidying = Tidying(playground, tmp_path / "cache")
    tidying.connect()
    free = 20_000_000 - playground.disk.measure()
    served = tidying.cache / SERVED_FOLDER
    ages = {"oldest": 5 * HOUR, "old": 2 * HOUR, "young": 60.0}
    paths = [written(served / name / "copy.png", age=age) for name, age in ages.items()]
    for path, age in zip(paths, ages.values(), strict=True):
        path.write_bytes(b"x" * (free // 4))
        os.utime(path, (path.stat().st_mtime - age,) * 2)
    playground.disk.measure()
    playground.disk.check(free // 3)
    assert [path.exists() for path in paths] == [False, True, True]


def test_tiles_of_stopped_redraws_go_after_a_day_and_before_their_time_where_room_runs_out(
    playground: Playground, tmp_path: Path
) -> None:
    data = playground.settings.data
    local = LocalBackend(Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=data), playground.files)
    playground = replace(limited(playground, 20_000_000), backends={**playground.backends, "local": local})
    ages = {"old": 25 * HOUR, "of today": 2 * HOUR, "of now": 60.0}
    paths = [written(data / "tiles" / f"{name}.png", age=age) for name, age in ages.items()]
    tidying = Tidying(playground, tmp_path / "cache")
    tidying.tidy()
    assert [path.exists() for path in paths] == [False, True, True]
    tidying.make_room(0)
    assert [path.exists() for path in paths] == [False, False, True]


def test_a_result_is_kept_where_there_is_no_room_for_more(playground: Playground, tmp_path: Path) -> None:
    first = run(playground, mode="text_to_image", width=128, height=128)
    playground = limited(playground, 1)
    Tidying(playground, tmp_path / "cache").connect()
    for attempt in (
        lambda: run(playground, mode="text_to_image", width=128, height=128),
        lambda: list(draw_control(playground, ANN, "fake", Control(image=first.images[0].sha256))),
        lambda: receive(playground, ANN, upload(tmp_path, "blue")),
    ):
        with pytest.raises(StorageFull, match="There is no room"):
            attempt()
    assert [each.id for each in playground.store.runs("ann")] == [first.id], "nothing was recorded or reserved"
    assert playground.files.whole(first.images[0].sha256)
    assert playground.disk.used < 2_000_000, "nothing stays claimed"


@pytest.mark.parametrize("scheme", ["memory", "file"])
def test_in_a_store_the_same_goes_and_stays(playground: Playground, tmp_path: Path, scheme: str) -> None:
    url = "memory://tidying" if scheme == "memory" else f"file://{tmp_path}/bucket"
    files = open_images(tmp_path / "images", url)
    unused, used = files.put(b"unused", "png"), files.put(b"used", "png")
    request = parse_request({"mode": "image_to_image", "prompt": "a boat", "image": used})
    playground.store.add(replace(run(playground, mode="text_to_image"), id="f" * 32, request=request))
    engine = playground.store.engine
    assert remove_unused(engine, files, 0.0) == 0
    assert remove_unused(engine, files, 1e11) == 1
    other = open_images(tmp_path / "other", url)
    assert other.read(used) == b"used"
    with pytest.raises(NotFound):
        other.read(unused)
    grow_older(tmp_path / "other", 8 * DAY)
    assert other.drop_copies(1e11) == 1
    assert other.read(used) == b"used", "a copy is fetched again"

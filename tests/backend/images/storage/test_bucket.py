import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import NotFound, NotReady, StorageUnreachable
from backend.domain.events import Failed, Finished
from backend.domain.requests import TextToImage
from backend.generation.generate import generate
from backend.images.storage.bucket import open_images
from backend.images.storage.files import ImageFiles
from backend.playground import open_playground
from backend.settings import Settings
from tests.backend.images.storage.s3 import s3_server


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "rehearsal",
        "AWS_SECRET_ACCESS_KEY": "rehearsal",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.fixture(params=["memory", "file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path, keys: pytest.MonkeyPatch) -> Iterator[str]:
    if request.param != "s3":
        yield f"memory://{uuid.uuid4().hex}" if request.param == "memory" else f"file://{tmp_path}/bucket"
        return
    with s3_server("pictures") as address:
        keys.setenv("AWS_ENDPOINT_URL", address)
        yield "s3://pictures/playground"


def test_what_one_playground_keeps_another_one_reads_once_and_finds_in_its_folder(url: str, tmp_path: Path) -> None:
    one, other = (open_images(tmp_path / name, url) for name in ("one", "other"))
    sha256 = one.put(b"x", "webp")
    assert other.read(sha256) == b"x"
    assert [path.name for path in (tmp_path / "other").rglob("*.webp")] == [f"{sha256}.webp"]
    assert other.seconds_since_put(sha256) < 60
    one.delete(sha256)
    assert other.read(sha256) == b"x", "a copy that was read stays in the folder"
    for name in (sha256, "0" * 64):
        with pytest.raises(NotFound):
            one.path(name)
        with pytest.raises(NotFound):
            other.seconds_since_put(name)


def test_the_folder_may_be_emptied_at_any_time(url: str, tmp_path: Path) -> None:
    files = open_images(tmp_path / "one", url)
    sha256 = files.put(b"x", "png")
    files.path(sha256).unlink()
    assert files.read(sha256) == b"x"


def test_a_file_put_again_is_young_again_for_everybody(tmp_path: Path) -> None:
    url = f"file://{tmp_path}/bucket"
    one, other = (open_images(tmp_path / name, url) for name in ("one", "other"))
    sha256 = one.put(b"x", "png")
    (kept,) = (tmp_path / "bucket").rglob(f"*{sha256}*")
    os.utime(kept, (0, 0))
    assert one.seconds_since_put(sha256) > 1e6
    other.put(b"x", "png")
    assert one.seconds_since_put(sha256) < 60


def test_a_run_of_one_playground_is_whole_in_another(tmp_path: Path) -> None:
    shared = f"file://{tmp_path}/bucket"
    houses = [
        open_playground(
            Settings(
                _env_file=None,
                PLAYGROUND_DATA=tmp_path / name,
                PLAYGROUND_BACKEND="fake",
                PLAYGROUND_IMAGES_URL=shared,
                PLAYGROUND_DATABASE_URL=f"sqlite:///{tmp_path}/shared.db",
            )
        )
        for name in ("one", "other")
    ]
    *_, last = generate(houses[0], Caller(visitor="ann"), "fake", TextToImage(prompt="a boat", seed=7))
    assert isinstance(last, Finished)
    (run,) = houses[1].store.runs("ann")
    assert houses[1].files.read(run.images[0].sha256) == houses[0].files.read(run.images[0].sha256)
    for house in houses:
        house.store.engine.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [("s4://bucket", "s3://bucket/folder"), ("file:///proc/nowhere", "can't be written to"), ("s3://none", "endpoint")],
)
def test_a_store_that_cant_be_used_is_said_at_the_start(
    url: str, words: str, tmp_path: Path, keys: pytest.MonkeyPatch
) -> None:
    with s3_server("pictures") as address:
        keys.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(NotReady, match=words):
            open_images(tmp_path, url)


def test_a_store_that_breaks_later_fails_a_run_in_words_and_keeps_what_is_in_the_folder(
    tmp_path: Path, settings: Settings
) -> None:
    bucket = tmp_path / "bucket"
    house = open_playground(settings.model_copy(update={"images_url": f"file://{bucket}"}))
    sha256 = house.files.put(b"x", "png")
    bucket.rename(tmp_path / "gone")
    bucket.write_text("a file stands where the bucket was")
    *_, last = generate(house, Caller(visitor="ann"), "fake", TextToImage(prompt="a boat", seed=7))
    assert isinstance(last, Failed)
    assert "try it again in a minute" in str(last.error)
    assert house.files.read(sha256) == b"x"
    with pytest.raises(StorageUnreachable, match="could not read"):
        house.files.path("0" * 64)
    house.store.engine.dispose()


def test_without_an_address_images_are_files_in_the_folder(tmp_path: Path) -> None:
    assert type(open_images(tmp_path, None)) is ImageFiles

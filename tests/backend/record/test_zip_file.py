import json
import zipfile
from pathlib import Path

import pytest

from backend.domain.caller import Caller
from backend.domain.errors import NotFound, StorageFull
from backend.domain.events import Finished
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.generation.generate import generate
from backend.playground import Playground
from backend.record.zip_file import write_zip
from backend.restore.read import read_metadata


def a_run(playground: Playground, caller: Caller, count: int = 2) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": "a boat", "count": count, "seed": 2**60})
    *_, last = generate(playground, caller, "fake", request)
    assert isinstance(last, Finished)
    return last.run


def test_the_zip_holds_the_files_byte_for_byte_and_what_was_asked(
    playground: Playground, caller: Caller, tmp_path: Path
) -> None:
    run = a_run(playground, caller)
    names = write_zip(tmp_path / "images.zip", playground.files, [run]).names
    with zipfile.ZipFile(tmp_path / "images.zip") as archive:
        assert archive.namelist() == [*names, "runs.json"]
        contents = [archive.read(name) for name in names]
        (note,) = json.loads(archive.read("runs.json"))
    assert contents == [playground.files.read(image.sha256) for image in run.images]
    own = read_metadata(contents[1])
    assert own is not None
    assert own.recipe["seed"] == 2**60 + 1
    assert note["request"]["prompt"] == "a boat"
    assert note["seeds"] == [str(2**60), str(2**60 + 1)]
    assert note["files"] == list(names)
    assert "visitor" not in note


def test_only_the_chosen_images_go_in(playground: Playground, caller: Caller, tmp_path: Path) -> None:
    run, other = a_run(playground, caller, 3), a_run(playground, caller, 1)
    names = write_zip(tmp_path / "x.zip", playground.files, [run, other], chosen={run.id: [0, 2]}).names
    assert [name.rpartition("_")[2] for name in names] == ["0.png", "2.png"]


def test_an_image_that_was_deleted_is_left_out_and_none_at_all_is_said(
    playground: Playground, caller: Caller, tmp_path: Path
) -> None:
    run = a_run(playground, caller)
    playground.files.delete(run.images[0].sha256)
    assert len(write_zip(tmp_path / "x.zip", playground.files, [run]).names) == 1
    playground.files.delete(run.images[1].sha256)
    with pytest.raises(NotFound, match="choose at least one"):
        write_zip(tmp_path / "y.zip", playground.files, [run])


def test_a_zip_that_cannot_be_written_is_a_sentence(playground: Playground, caller: Caller, tmp_path: Path) -> None:
    run = a_run(playground, caller)
    with pytest.raises(StorageFull, match="free some disk space"):
        write_zip(tmp_path / "no such folder" / "x.zip", playground.files, [run])

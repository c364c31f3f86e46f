"""webuiapi, the Python client of A1111's API, against a served playground."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from backend.visitors.identity import API
from tests.clients.run import said_by
from tests.serving import Site, served_site
from tests.ui.endpoints.sdapi.held import held_site

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]  # the first time the client is installed


def used(address: str, part: str = "all") -> Any:
    place = urlsplit(address)
    return said_by("webuiapi", "use.py", host=place.hostname, port=place.port, part=part)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a playground of the client's own, whose settings it may change."""
    with served_site(tmp_path_factory.mktemp("webuiapi")) as site:
        yield site


@pytest.fixture(scope="module")
def said(site: Site) -> Any:
    """Return all that the client got."""
    return used(site.address)


def test_what_it_sends_unasked_is_drawn_with_the_models_own_steps_and_said_so(said: Any) -> None:
    drawn = said["drawings"]["unasked"]
    assert [image[:2] for image in drawn["images"]] == [[512, 512]]
    assert (drawn["info"]["steps"], drawn["info"]["cfg_scale"]) == (8, 1.0)
    notes = " ".join(drawn["info"]["playground"]["notes"])
    assert "`steps` 20" in notes
    assert "`cfg_scale` 7" in notes


def test_every_way_to_draw_gives_images_and_info_as_objects(said: Any) -> None:
    modes = {"words": "text_to_image", "over": "image_to_image", "marked": "inpaint", "controlled": "controlnet"}
    for name, mode in modes.items():
        drawn = said["drawings"][name]
        assert drawn["info"]["playground"]["mode"] == mode
        assert all(image[:2] == [256, 256] for image in drawn["images"])
        assert drawn["parameters"]
    assert said["drawings"]["words"]["info"]["all_seeds"] == [7, 8]


def test_its_adetailer_is_a_detail_and_nothing_that_it_sends_beside_is_told_of(said: Any) -> None:
    info = said["drawings"]["detailed"]["info"]
    (detail,) = info["playground"]["request"]["details"]
    assert (detail["target"], detail["prompt"], detail["strength"]) == ("face", "an old face", 0.5)
    assert not [note for note in info["playground"]["notes"] if "ADetailer" in note]
    assert "ADetailer model: DWPose face" in info["infotexts"][0]


def test_each_drawing_is_one_run_of_the_programs_visitor(said: Any, site: Site) -> None:
    runs = {run.id: run for run in site.playground.store.runs(API, limit=100)}
    ids = [drawn["info"]["playground"]["run_id"] for drawn in said["drawings"].values()]
    assert len({*ids}) == 6
    assert all(runs[run_id].status == "finished" for run_id in ids)
    assert len(runs) == 8  # these, one for png_info, and one to the letter; what was refused is none


def test_its_menus_are_filled(said: Any) -> None:
    lists = said["lists"]
    assert "Euler" in lists["samplers"]
    assert "automatic" in lists["schedulers"]
    assert lists["models"] == [said["settings"]["before"]["sd_model_checkpoint"]]
    assert lists["styles"]
    version, models, modules = lists["controlnet"]
    assert (version, len(models), "canny" in modules) == (2, 1, True)
    assert lists["memory"]["ram"]["total"] > 0


def test_its_settings_and_its_change_of_model_work(said: Any) -> None:
    assert said["settings"]["letter"]["steps"] == 20
    assert said["settings"]["model"] == said["lists"]["models"][0]


def test_it_raises_with_a_sentence_that_names_the_field(said: Any) -> None:
    for name, field in {"size": "width", "faces": "restore_faces", "nothing": "init_images"}.items():
        status, body = said["refusals"][name]
        assert status == 422
        assert f"`{field}`" in body["detail"]


def test_it_reads_the_settings_out_of_what_it_got(said: Any) -> None:
    assert said["png_info"].startswith("a red circle\nSteps: 8, ")
    assert "Seed: 3," in said["png_info"]


def test_it_sees_progress_and_interrupts(tmp_path_factory: pytest.TempPathFactory) -> None:
    with held_site(tmp_path_factory.mktemp("held")) as site:
        found = used(site.address, "interrupted")
    assert 0 < found["progress"] < 1
    assert (found["answer"], found["images"]) == ({}, 0)

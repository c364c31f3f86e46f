"""The page as it is served: light, closed, and complete."""

import subprocess
import sys
from dataclasses import replace

import httpx
import pytest
from gradio.routes import App
from pydantic import SecretStr

from backend.domain.requests import MODES
from backend.playground import Playground
from tests.serving import Site
from ui.form.reading import SHARED
from ui.page import build

PUBLIC = {
    *MODES,
    "estimate",
    "backends",
    "control_map",
    "enhance",
    "describe",
    "styles",
    "read_metadata",
    "generate",
    "generate_image",
}
PROBE = """
import sys
from pathlib import Path
from tests.serving import served_site
import httpx
with served_site(Path(sys.argv[1])) as site:
    assert httpx.get(site.address).status_code == 200
    heavy = {"torch", "torchvision", "diffusers", "transformers", "controlnet_aux", "cv2"} & set(sys.modules)
print("imported:", *sorted(heavy))
"""


def test_the_page_opens_without_torch(tmp_path: object) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(tmp_path)], capture_output=True, text=True, timeout=100, check=True
    )
    assert done.stdout.splitlines()[-1] == "imported:"


def test_every_shared_field_has_a_control(site: Site) -> None:
    config = httpx.get(f"{site.address}config").json()
    props = [component["props"] for component in config["components"]]
    ids = {each.get("elem_id") for each in props}
    (sheet,) = (set(each["value"]) for each in props if each.get("elem_id") == "sheet")
    assert set(SHARED) - {"accelerator", "controls", "options"} <= ids | sheet


def test_the_page_records_and_reveals_nothing_of_visitors(site: Site) -> None:
    assert httpx.get(f"{site.address}monitoring/summary").status_code != 200
    assert httpx.get(f"{site.address}gradio_api/runs").status_code != 200


def test_events_of_the_page_are_not_part_of_the_api(site: Site) -> None:
    config = httpx.get(f"{site.address}config").json()
    assert {each["api_name"] for each in config["dependencies"] if each["api_visibility"] == "public"} == PUBLIC


def test_no_control_has_events_of_its_own_that_one_look_at_the_form_serves(site: Site) -> None:
    # Gradio goes through every target for each component, twice, before a page can be used.
    config = httpx.get(f"{site.address}config").json()
    targets = [event for each in config["dependencies"] for _, event in each["targets"]]
    assert targets.count("change") <= 4
    assert len(targets) <= 65


def test_no_event_lays_its_state_over_each_component_that_it_changes(site: Site) -> None:
    config = httpx.get(f"{site.address}config").json()
    told = {each["api_name"]: each["show_progress_on"] for each in config["dependencies"] if each["backend_fn"]}
    assert {name for name, shown in told.items() if shown != []} <= {"ask", "leave", *PUBLIC}


def test_no_browser_is_sent_the_parameters_of_the_api(site: Site) -> None:
    config = httpx.get(f"{site.address}config").json()
    kinds = {each["id"]: each["type"] for each in config["components"]}
    assert "api" not in {kinds[number] for number in config["page"][""]["components"]}
    assert "api" in {kinds[number] for number in config["page"]["endpoints"]["components"]}


def test_a_login_button_stands_on_a_space_alone(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradio.blocks.App", App)  # which says so as soon as the page is built
    space = {"space_id": "ann/playground", "oauth_client_secret": SecretStr("signed")}
    there = replace(playground, settings=playground.settings.model_copy(update=space))
    with pytest.raises(UserWarning, match="OAuth"):  # what Gradio says of a login that is asked for outside of a Space
        build(there)
    assert not build(playground).expects_oauth

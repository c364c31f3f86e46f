"""The page as it is served: light, closed, and complete."""

import subprocess
import sys

import httpx

from backend.requests import MODES
from tests.serving import Site
from ui.form import SHARED

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
    ids = {component["props"].get("elem_id") for component in config["components"]}
    later = {"loras", "accelerator", "controls", "options"}
    assert set(SHARED) - later <= ids


def test_the_page_records_and_reveals_nothing_of_visitors(site: Site) -> None:
    assert httpx.get(f"{site.address}monitoring/summary").status_code != 200
    assert httpx.get(f"{site.address}gradio_api/runs").status_code != 200


def test_events_of_the_page_are_not_part_of_the_api(site: Site) -> None:
    config = httpx.get(f"{site.address}config").json()
    public = {found["api_name"] for found in config["dependencies"] if found["api_visibility"] == "public"}
    assert public == {
        *MODES,
        "estimate",
        "backends",
        "control_map",
        "styles",
        "read_metadata",
        "generate",
        "generate_image",
    }

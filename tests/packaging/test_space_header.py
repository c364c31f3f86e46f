"""What README.md tells a Hugging Face Space agrees with what is pinned."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import RepoCard
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
MOST_DESCRIPTION = 60
"""Characters that the hub shows; it refuses more."""
NEWEST_OF_ZEROGPU = "2.11.0"
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


@pytest.fixture(scope="module")
def header() -> dict[str, Any]:
    """Return the block between the first two lines of dashes."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text.split("---\n", 2)[1])
    return found


def line(name: str, package: str) -> Requirement:
    found = re.search(rf"(?m)^{package}\b[^#\n]*", (ROOT / name).read_text(encoding="utf-8"))
    assert found
    return Requirement(found[0].strip())


def test_the_hubs_own_reader_reads_it_whole(header: dict[str, Any]) -> None:
    card = RepoCard.load(ROOT / "README.md", ignore_metadata_errors=False)
    assert card.data.to_dict() == header
    assert card.text.lstrip().startswith("# Z-Image Playground")


def test_the_sdk_is_the_gradio_that_we_test_with(header: dict[str, Any]) -> None:
    assert header["sdk"] == "gradio"
    assert line("constraints.txt", "gradio").specifier.contains(header["sdk_version"])
    assert line("requirements.txt", "gradio").specifier.contains(header["sdk_version"])


def test_the_python_is_one_of_ours_and_said_as_text(header: dict[str, Any]) -> None:
    assert header["python_version"] in ("3.11", "3.12", "3.13", "3.14")


def test_the_file_that_starts_it_exists(header: dict[str, Any]) -> None:
    assert (ROOT / header["app_file"]).is_file()


def test_the_hub_accepts_its_words_and_colours(header: dict[str, Any]) -> None:
    assert len(header["short_description"]) <= MOST_DESCRIPTION
    assert {header["colorFrom"], header["colorTo"]} <= COLOURS
    assert header["license"] == "apache-2.0"


def test_it_names_the_model_and_asks_for_the_login(header: dict[str, Any]) -> None:
    assert header["models"] == ["Tongyi-MAI/Z-Image-Turbo"]
    assert header["hf_oauth"] is True


def test_a_space_gets_a_torch_of_zerogpus_list_that_our_own_list_leaves_alone() -> None:
    torch, vision = (line("pre-requirements.txt", name) for name in ("torch", "torchvision"))
    assert str(torch.specifier) == f"=={NEWEST_OF_ZEROGPU}"
    assert line("requirements.txt", "torch").specifier.contains(NEWEST_OF_ZEROGPU)
    version = str(vision.specifier).removeprefix("==")
    assert line("requirements.txt", "torchvision").specifier.contains(version)

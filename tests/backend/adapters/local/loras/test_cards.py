"""What the picker says of a LoRA, from the file itself and from what lies beside it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.loras.cards import MOST_WORDS, card_of, picture_of
from backend.adapters.local.loras.shelf import LoraShelf
from backend.domain.errors import Unsupported
from backend.domain.parts import Lora
from backend.domain.requests import TextToImage
from backend.playground import Playground
from backend.settings import Settings

Write = Callable[..., Path]
LORA = {f"diffusion_model.layers.0.attention.to_q.lora_{side}.weight": np.ones((4, 4), np.float32) for side in "AB"}
LOKR = {f"diffusion_model.layers.0.attention.to_k.lokr_{part}": np.ones((2, 2), np.float32) for part in ("w1", "w2")}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str = "style", tensors: dict[str, Any] = LORA, **metadata: str) -> Path:
        save_file(tensors, tmp_path / f"{name}.safetensors", metadata=metadata or None)
        return tmp_path / f"{name}.safetensors"

    return written


def test_a_bare_file_is_called_by_its_name_and_kind(write: Write) -> None:
    card = card_of(write(tensors=LORA | LOKR))
    assert (card.id, card.title, card.about) == ("style", "style", "LoRA, LoKr · 0 MB")
    assert (card.words, card.weight, card.pictured, card.problem) == ((), 1.0, False, "")


@pytest.mark.parametrize(
    ("ending", "told", "title", "words", "weight"),
    [
        (
            ".civitai.info",
            {"model": {"name": "Ink"}, "trainedWords": ["ink, wash", "ink"]},
            "Ink",
            ("ink", "wash"),
            1.0,
        ),
        (".json", {"activation text": "clay\nfigure", "preferred weight": 0.6}, "style", ("clay", "figure"), 0.6),
        (".metadata.json", {"model_name": "Grain", "civitai": {"trainedWords": ["grain"]}}, "Grain", ("grain",), 1.0),
        (".json", {"preferred weight": 99, "activation text": 7}, "style", (), 1.0),
        (".civitai.info", {"model": "Ink", "trainedWords": "ink"}, "style", (), 1.0),
        (".civitai.info", ["no object"], "style", (), 1.0),
    ],
)
def test_what_other_tools_wrote_beside_it_is_read(
    write: Write, ending: str, told: object, title: str, words: tuple[str, ...], weight: float
) -> None:
    path = write()
    path.with_suffix(ending).write_text(json.dumps(told))
    card = card_of(path)
    assert (card.title, card.words, card.weight) == (title, words, weight)


def test_what_a_trainer_wrote_into_it_is_read_and_changes_are_seen(write: Write) -> None:
    tags = json.dumps({"10_cat": {"cat": 9, "sitting": 2}, "5_more": {"cat": 1, "fur": 5}})
    path = write(ss_tag_frequency=tags, ss_output_name="My cat")
    assert (card_of(path).title, card_of(path).words) == ("My cat", ("cat", "fur", "sitting"))
    many = ", ".join(f"word {number}" for number in range(40))
    path = write("other", **{"modelspec.title": "Named", "modelspec.trigger_phrase": many})
    assert card_of(path).title == "Named"
    assert len(card_of(path).words) == MOST_WORDS
    path.with_suffix(".json").write_text(json.dumps({"activation text": "now"}))
    assert card_of(path).words[0] == "now"
    path.with_suffix(".json").write_text("{broken")
    write("other", ss_tag_frequency="[1]")
    assert card_of(path).words == ()


def test_its_picture_is_the_preview_beside_it(write: Write) -> None:
    path = write()
    Image.new("RGB", (8, 8)).save(path.with_suffix(".webp"))
    assert picture_of(path) == path.with_suffix(".webp")
    Image.new("RGB", (8, 8)).save(path.with_suffix(".preview.png"))
    assert picture_of(path) == path.with_suffix(".preview.png")


def test_a_file_that_cannot_be_used_says_why(write: Write, tmp_path: Path) -> None:
    flux = write("flux", {"double_blocks.0.lora_A.weight": np.ones((4, 4), np.float32)})
    assert card_of(flux).problem == "Is a LoRA for FLUX, not for Z-Image."
    (tmp_path / "page.safetensors").write_bytes(b"<html>")
    assert card_of(tmp_path / "page.safetensors").problem.startswith("Is no .safetensors file")


def test_the_models_folders_loras_are_chosen_by_their_names_too_by_strangers_as_well(
    write: Write, tmp_path: Path
) -> None:
    found = write("elsewhere")
    (tmp_path / "own").mkdir()
    shelf = LoraShelf(tmp_path / "own", outside=False, others=lambda: [found, tmp_path / "gone.safetensors"])
    assert shelf.files() == (found,)
    assert shelf.find((Lora(model="elsewhere"),))[0].path == found
    with pytest.raises(Unsupported, match="isn't here"):
        shelf.find((Lora(model="gone"),))
    own = tmp_path / "own" / "elsewhere.safetensors"
    own.write_bytes(found.read_bytes())
    assert shelf.files() == (own,)
    assert shelf.find((Lora(model="elsewhere"),))[0].path == own


def test_what_small_weights_cannot_take_is_refused_before_the_run(playground: Playground, write: Write) -> None:
    local = LocalBackend(
        Settings(_env_file=None, PLAYGROUND_MODEL="tiny", PLAYGROUND_DATA=playground.settings.data), playground.files
    )
    lokr = write("kron", LOKR)

    def refused(weights: str, path: Path = lokr) -> str:
        asked = TextToImage(prompt="any", loras=(Lora(model=str(path)),), options={"weights": weights})
        return "\n".join(str(each) for each in local.capabilities.rules(asked) if each.field.startswith("loras"))

    assert refused("full") == refused("fp8") == refused("auto") == ""
    assert "kron.safetensors changes layers by LoKr, which can't be added" in refused("gguf")
    dora = LORA | {"diffusion_model.layers.0.attention.to_q.dora_scale": np.ones((4, 1), np.float32)}
    assert "by LoKr" in refused("torchao int8")
    assert all("by DoRA" in refused(weights, write("dora", dora)) for weights in ("fp8", "sdnq int8", "torchao int8"))
    assert "is a LoRA for FLUX" in refused(
        "full", write("flux", {"double_blocks.0.lora_A.weight": LORA[next(iter(LORA))]})
    )

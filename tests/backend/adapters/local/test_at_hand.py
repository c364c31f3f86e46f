import threading
from pathlib import Path

import pytest
from huggingface_hub import constants

from backend.adapters.local.at_hand import REAL_NEEDS_BYTES, Models
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.checkpoint import REAL
from backend.adapters.local.machine.device import Machine
from backend.adapters.local.machine.download import Download
from backend.adapters.local.machine.extras import Extras
from backend.domain.caller import Caller
from backend.domain.errors import Unsupported
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from tests.backend.adapters.local.gathering.test_gather import REAL_SIZE, VAE, sparse
from tests.backend.adapters.local.hub import serving
from tests.backend.adapters.local.hub_cache import put_in_cache

CPU = Machine("cpu", "CPU", 16 * 2**30)
GPU = Machine("cuda", "NVIDIA H200", 139 * 2**30)
SMALL_GPU = Machine("cuda", "NVIDIA T400", 4 * 2**30)


def backend(tmp_path: Path, machine: Machine, **environment: object) -> LocalBackend:
    return LocalBackend(Settings(_env_file=None, **environment), ImageFiles(tmp_path), machine)


def test_without_a_gpu_the_embedded_model_draws_and_says_what_it_is(tmp_path: Path, caller: Caller) -> None:
    local = backend(tmp_path, CPU)
    assert local.missing(caller) is None
    assert "download" not in local.actions()
    assert "simple shapes" in local.state(caller).message
    assert f"--model {REAL}" in local.state(caller).message


def test_a_gpu_that_holds_it_is_offered_the_real_model_with_size_and_free_disk(tmp_path: Path) -> None:
    local = backend(tmp_path, GPU)
    assert local.models.checkpoint.embedded
    label = local.actions()["download"]
    assert "33 GB" in label
    assert "GB are free here" in label


def test_a_gpu_too_small_for_it_is_offered_nothing(tmp_path: Path) -> None:
    assert SMALL_GPU.memory < REAL_NEEDS_BYTES
    assert "download" not in backend(tmp_path, SMALL_GPU).actions()


def test_nothing_is_downloaded_before_somebody_said_yes(tmp_path: Path) -> None:
    local = backend(tmp_path, GPU)
    local.models.fetch(named=True)
    assert local.models.download
    assert not local.models.download.busy


def test_strangers_are_not_offered_a_download(tmp_path: Path, caller: Caller) -> None:
    local = backend(tmp_path, GPU, GRADIO_SHARE=True)
    assert "download" not in local.actions()
    with pytest.raises(Unsupported):
        local.act("download", caller)


def test_a_named_model_that_is_not_here_says_its_size_and_the_free_disk(tmp_path: Path, caller: Caller) -> None:
    local = backend(tmp_path, CPU, PLAYGROUND_MODEL=REAL)
    missing = local.missing(caller)
    assert missing
    assert "isn't on this machine yet: download 33 GB" in missing
    assert not local.state(caller).ready
    assert local.capabilities.default_size.width == 1024


def test_a_model_that_is_neither_folder_nor_hub_id_says_what_to_give(tmp_path: Path, caller: Caller) -> None:
    missing = backend(tmp_path, CPU, PLAYGROUND_MODEL="/no/such").missing(caller)
    assert missing == (
        "The model '/no/such' is no file or folder here and no hub id: give `tiny`, a folder, a .safetensors or .gguf "
        "file, or `owner/name`."
    )


def test_a_folder_that_is_no_model_names_what_it_lacks(tmp_path: Path, caller: Caller) -> None:
    missing = backend(tmp_path, CPU, PLAYGROUND_MODEL=str(tmp_path)).missing(caller)
    assert missing
    assert "lacks model_index.json" in missing


def test_a_download_that_brings_no_z_image_model_says_so_and_the_old_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    models = Models("auto", GPU, Extras(offered=True))
    with serving("somebody/other", {"config.json": b"{}"}) as hub:
        models.download = Download("somebody/other", endpoint=hub.address, cache=tmp_path)
        models.fetch()
        for thread in threading.enumerate():
            if thread.name == "download":
                thread.join()
    assert "it has no model_index.json" in models.state().message
    assert models.state().ready
    assert models.checkpoint.embedded


def test_a_transformer_alone_names_what_it_lacks_its_size_and_asks_for_the_yes(
    tmp_path: Path, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    file = sparse(tmp_path / "files" / "z_image_turbo_bf16.safetensors", REAL_SIZE)
    sparse(tmp_path / "files" / "ae.safetensors", VAE)
    extras = Extras(offered=True, cache=tmp_path / "hub")
    local = LocalBackend(Settings(_env_file=None, PLAYGROUND_MODEL=str(file)), ImageFiles(tmp_path), GPU, extras)
    missing = local.missing(caller)
    assert missing
    assert missing.startswith(
        "z_image_turbo_bf16.safetensors is the transformer of a model, and its tokenizer and its text encoder can't be "
        "found: put them beside the file. Prompts need Z-Image's tokenizer: merges.txt, tokenizer.json, "
        "tokenizer_config.json and vocab.json (16 MB, Apache-2.0): get it beside the backend switch."
    )
    assert "Qwen3 4B (8.0 GB, Apache-2.0): get it beside the backend switch." in missing
    assert {"get tokenizer", "get text_encoder"} <= local.actions().keys()
    assert "get vae" not in local.actions()
    put_in_cache(tmp_path / "hub", "tokenizer")
    local.models.completed()
    assert local.models.wanting() == ("text_encoder",)
    assert local.models.checkpoint.tokenizer == extras.folder("tokenizer")


def test_strangers_are_told_but_not_offered_what_a_model_lacks(tmp_path: Path, caller: Caller) -> None:
    file = sparse(tmp_path / "files" / "z.safetensors", REAL_SIZE)
    local = backend(tmp_path, GPU, PLAYGROUND_MODEL=str(file), GRADIO_SHARE=True)
    assert "its owner has to get it" in str(local.missing(caller))
    assert not {"get tokenizer", "get vae"} & local.actions().keys()

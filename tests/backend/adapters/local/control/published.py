"""ControlNet files as they are published, at the embedded model's width and with random weights."""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

from backend.adapters.local.machine.checkpoint import EMBEDDED

KINDS = {
    "1.0": {"control_in_dim": 16, "add_control_noise_refiner": None, "control_refiner_layers_places": None},
    "2.0": {"control_in_dim": 33, "add_control_noise_refiner": "control_layers"},
    "2.1": {"control_in_dim": 33, "add_control_noise_refiner": "control_noise_refiner"},
}


def published(version: str) -> dict[str, torch.Tensor]:
    """Return a ControlNet's tensors at the embedded model's width, random; 2.0's has refiners that nobody trained."""
    from diffusers import ZImageControlNetModel

    shape = json.loads((EMBEDDED / "controlnet" / "config.json").read_text())
    shape |= {"control_refiner_layers_places": [0]} | KINDS["2.1" if version == "2.0" else version]
    torch.manual_seed(1)
    made = ZImageControlNetModel.from_config(shape)
    with torch.no_grad():
        for name, parameter in made.named_parameters():
            if "_proj" in name:
                parameter.normal_(std=0.05)  # zero at birth, so that a new one changes nothing
            if version == "2.0" and "refiner.0.before_proj" in name:
                parameter.zero_()
    return {name: tensor.contiguous() for name, tensor in made.state_dict().items()}


def beside(folder: Path, *files: str) -> Path:
    """Return a copy of the embedded model without a ControlNet, with these published files in folders of it."""
    shutil.copytree(EMBEDDED, folder, ignore=shutil.ignore_patterns("controlnet"))
    for file in files:
        version = next((each for each in KINDS if each in file), "2.1")
        (folder / file).parent.mkdir(exist_ok=True)
        save_file(published(version), folder / file)
    return folder

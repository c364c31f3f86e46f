#!/bin/sh
# diffusers 0.42.1 with torchao 0.18.0 and torch 2.14.1 (2026-11-30): torchao's int8 on a Z-Image transformer in one file.
#
# One would think that a quantization_config that packs the weights of from_pretrained packs those of from_single_file: both
# take the argument, and for GGUF and bitsandbytes it is how one file gets small. Seen, same weights, same configuration:
#   from_pretrained   37 of 37 linear layers are Int8Tensor
#   from_single_file  37 of 37 linear layers are full bfloat16, without an error or a warning that says so, and the model
#                     says of itself that it is quantized (is_quantized is True)
# So a card that int8 was meant for runs out of memory. What works: load in full, then torchao's own quantize_. Also below.
#
# The transformer here has a few thousand random weights. About 6 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0 torchao==0.18.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$folder/bin/python" - "$folder" 2>/dev/null <<'PYTHON'
import sys
from collections import Counter
from pathlib import Path

import torch
from diffusers import TorchAoConfig, ZImageTransformer2DModel
from safetensors.torch import save_file
from torchao.quantization import Int8WeightOnlyConfig, quantize_

folder = Path(sys.argv[1]) / "model"
torch.manual_seed(0)
transformer = ZImageTransformer2DModel(
    dim=64, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=64, axes_dims=[16, 8, 8],
    axes_lens=[1024, 128, 128], in_channels=16,
)
transformer.save_pretrained(folder / "transformer")
save_file({name: tensor.contiguous() for name, tensor in transformer.state_dict().items()}, folder / "one.safetensors")


def kinds(model: torch.nn.Module) -> dict[str, int]:
    return dict(Counter(type(each.weight).__name__ for each in model.modules() if isinstance(each, torch.nn.Linear)))


chosen = {"quantization_config": TorchAoConfig(Int8WeightOnlyConfig()), "torch_dtype": torch.bfloat16}
of_folder = ZImageTransformer2DModel.from_pretrained(folder / "transformer", **chosen)
of_file = ZImageTransformer2DModel.from_single_file(
    str(folder / "one.safetensors"), config=str(folder), subfolder="transformer", **chosen
)
print("from_pretrained", kinds(of_folder), "is_quantized", of_folder.is_quantized)
print("from_single_file", kinds(of_file), "is_quantized", of_file.is_quantized)
assert kinds(of_folder) == {"Int8Tensor": 37}
assert kinds(of_file) == {"Parameter": 37} and of_file.is_quantized
quantize_(of_file, Int8WeightOnlyConfig())
print("after quantize_", kinds(of_file))
assert kinds(of_file) == {"Int8Tensor": 37}
PYTHON

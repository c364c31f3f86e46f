#!/bin/sh
# peft 0.21.2 with diffusers 0.42.1 and gguf 0.19.0 (2026-11-30): LoRA, LoKr and LoHa on a Z-Image transformer from GGUF.
#
# One would think that an adapter which can't be put on packed layers is refused when it is put on, as peft refuses layers of
# a kind that it doesn't know; or that LoKr and LoHa act where LoRA does. Seen, with attention kept as Q8_0 (rows of 64
# weights are 68 bytes):
#   LoRA  is put on, and the model draws
#   LoKr  is put on; then the first draw ends in RuntimeError: shape '[64, 68]' is invalid for input of size 4096
#   LoHa  is put on; then the first draw ends in RuntimeError: mat1 and mat2 shapes cannot be multiplied (32x64 and 68x64)
# 68 is the width of the packed bytes, taken for the layer's inputs. A loader that only tries whether the adapter goes on
# finds out in the middle of somebody's picture.
#
# The transformer here has a few thousand random weights. About 6 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0 peft==0.21.2 gguf==0.19.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$folder/bin/python" - "$folder" 2>/dev/null <<'PYTHON'
import sys
from pathlib import Path

import torch
from diffusers import GGUFQuantizationConfig, ZImageTransformer2DModel
from gguf import GGMLQuantizationType, GGUFWriter, quants
from peft import LoHaConfig, LoKrConfig, LoraConfig, get_peft_model

folder = Path(sys.argv[1]) / "model"
torch.manual_seed(0)
transformer = ZImageTransformer2DModel(
    dim=64, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=64, axes_dims=[16, 8, 8],
    axes_lens=[1024, 128, 128], in_channels=16,
)
transformer.save_pretrained(folder / "transformer")
writer = GGUFWriter(str(folder / "model.gguf"), "lumina2")
for name, tensor in transformer.state_dict().items():
    if "attention.to_" in name:
        writer.add_tensor(
            name, quants.quantize(tensor.numpy(), GGMLQuantizationType.Q8_0), raw_dtype=GGMLQuantizationType.Q8_0
        )
    else:
        writer.add_tensor(name, tensor.numpy())
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()


def drawn_with(adapter: type) -> str:
    """Put an untrained adapter on every query of the packed model and draw once: what comes of it."""
    packed = ZImageTransformer2DModel.from_single_file(
        str(folder / "model.gguf"), config=str(folder), subfolder="transformer", torch_dtype=torch.float32,
        quantization_config=GGUFQuantizationConfig(compute_dtype=torch.float32),
    )
    assert type(packed.layers[0].attention.to_q.weight).__name__ == "GGUFParameter"
    adapted = get_peft_model(packed, adapter(r=4, target_modules=["to_q"]))
    latents, words = [torch.zeros(16, 1, 8, 8)], [torch.zeros(32, 64)]
    try:
        with torch.no_grad():
            adapted(latents, torch.tensor([0.5]), words, return_dict=False)
    except RuntimeError as error:
        return f"RuntimeError: {error}"
    return "drew"


said = {adapter.__name__: drawn_with(adapter) for adapter in (LoraConfig, LoKrConfig, LoHaConfig)}
print(*said.items(), sep="\n")
assert said["LoraConfig"] == "drew"
assert said["LoKrConfig"] == "RuntimeError: shape '[64, 68]' is invalid for input of size 4096"
assert said["LoHaConfig"].startswith("RuntimeError: mat1 and mat2 shapes cannot be multiplied (")
assert said["LoHaConfig"].endswith("x64 and 68x64)")
PYTHON

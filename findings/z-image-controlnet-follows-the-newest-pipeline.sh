#!/bin/sh
# diffusers 0.42.1 (2026-11-30): one ZImageControlNetModel in two pipelines.
#
# One would think that a ControlNet which is handed to a second pipeline stays as it is in the first, as it does with other
# models' pipelines: constructing a pipeline only keeps what it is given. Seen, with random weights: the pipeline's
# constructor gives the ControlNet its transformer's time, image and caption embedders, refiners and padding tokens, in
# place. After a second pipeline was built around another transformer (a second checkpoint, a copy in another precision):
#   - the first pipeline's ControlNet embeds with the second one's transformer, and its hints are others
#   - building a pipeline anew from the first one's components brings its hints back
# A playground that keeps one ControlNet for two checkpoints draws the first one's pictures with the second one's embedders,
# without any error, and holds the second one's memory as long as the first lives.
#
# The models here have a few thousand random weights. About 6 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 diffusers==0.42.1 transformers==5.23.0 accelerate==1.15.0 numpy==2.4.6
HF_HUB_OFFLINE=1 "$folder/bin/python" - 2>/dev/null <<'PYTHON'
import torch
from diffusers import (
    AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImageControlNetModel, ZImageControlNetPipeline,
    ZImageTransformer2DModel,
)


def transformer(seed: int) -> ZImageTransformer2DModel:
    torch.manual_seed(seed)
    return ZImageTransformer2DModel(
        dim=64, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=64, axes_dims=[16, 8, 8],
        axes_lens=[1024, 128, 128], in_channels=16,
    )


def pipeline(drawn_by: ZImageTransformer2DModel, controlnet: ZImageControlNetModel) -> ZImageControlNetPipeline:
    vae = AutoencoderKL(latent_channels=16, block_out_channels=(32,), use_quant_conv=False, use_post_quant_conv=False)
    return ZImageControlNetPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(), vae=vae, text_encoder=None, tokenizer=None,
        transformer=drawn_by, controlnet=controlnet,
    )


def hints(pipe: ZImageControlNetPipeline) -> torch.Tensor:
    """What the pipeline's ControlNet adds to its transformer's first layer, for always the same input."""
    with torch.no_grad():
        added = pipe.controlnet([torch.ones(16, 1, 8, 8)], torch.tensor([0.5]), [torch.ones(32, 64)],
                                [torch.ones(16, 1, 8, 8)])
    return added[min(added)]


torch.manual_seed(0)
control = ZImageControlNetModel(
    control_layers_places=[0, 1], control_refiner_layers_places=[0], control_in_dim=16, dim=64, n_refiner_layers=1,
    n_heads=2, n_kv_heads=2,
)
with torch.no_grad():  # a ControlNet begins at zero: let it say something
    for layer in (*control.control_layers, *control.control_noise_refiner):
        for name, weight in layer.named_parameters():
            if "proj" in name:
                weight.normal_()
first = pipeline(transformer(1), control)
before = hints(first)
assert torch.equal(hints(first), before)
second = pipeline(transformer(2), control)
after = hints(first)
print("the first pipeline's hints before and after the second was built: mean difference", (after - before).abs().mean())
assert first.controlnet is second.controlnet
assert first.controlnet.t_embedder is second.transformer.t_embedder
assert first.controlnet.t_embedder is not first.transformer.t_embedder
assert not torch.equal(after, before)
ZImageControlNetPipeline(**first.components)
assert torch.equal(hints(first), before)
print("built once more from its own components, the first gives its hints again")
PYTHON

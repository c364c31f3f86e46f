#!/bin/sh
# diffusers 0.42.1 with torch 2.14.1 (2026-11-29): what a wrapper around Z-Image's transformer gets to see.
#
# One would think that the pipelines of one model call it in one way, so that what is hung around `transformer.forward`
# (a cache, a guidance, a clock) and tried in one of them works in all. Seen, with `(drawn,) = forward(...)` in a wrapper:
#   ZImagePipeline                                   return_dict=False: `drawn` is the list of predictions
#   ZImageImg2ImgPipeline, ZImageControlNetPipeline  return_dict isn't given, and `drawn` is the text "sample": what comes
#                                                    back is a dict with one key, which unpacks without an error
# `forward(...)[0]` is the predictions in each: these outputs take a number as the place and a text as the key.
#
# The pipelines here have a few thousand random weights. About 6 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 diffusers==0.42.1 transformers==5.23.0 numpy==2.4.6 pillow==12.3.0
HF_HUB_OFFLINE=1 "$folder/bin/python" - <<'PYTHON'
import warnings

import torch
from diffusers import (
    AutoencoderKL,
    FlowMatchEulerDiscreteScheduler,
    ZImageControlNetModel,
    ZImageControlNetPipeline,
    ZImageImg2ImgPipeline,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from PIL import Image

warnings.simplefilter("ignore")
torch.manual_seed(0)
size = {"dim": 32, "n_refiner_layers": 1, "n_heads": 2}
transformer = ZImageTransformer2DModel(
    **size, n_layers=2, n_kv_heads=2, cap_feat_dim=16, axes_dims=[8, 4, 4], axes_lens=[512, 64, 64]
)
controlnet = ZImageControlNetModel.from_transformer(
    ZImageControlNetModel(**size, control_layers_places=[0], control_refiner_layers_places=[0], control_in_dim=16),
    transformer,
)
vae = AutoencoderKL(
    down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
    block_out_channels=[8] * 4, norm_num_groups=4, latent_channels=16, scaling_factor=0.5, shift_factor=0.0,
    use_quant_conv=False, use_post_quant_conv=False,
)
parts = {
    "transformer": transformer, "vae": vae, "scheduler": FlowMatchEulerDiscreteScheduler(), "text_encoder": None,
    "tokenizer": None,
}
picture = Image.radial_gradient("L").resize((64, 64)).convert("RGB")
pipelines = (
    (ZImagePipeline(**parts), {}),
    (ZImageImg2ImgPipeline(**parts), {"image": picture}),
    (ZImageControlNetPipeline(**parts, controlnet=controlnet), {"control_image": picture}),
)
forward, seen = transformer.forward, []


def wrapper(*arguments, **more):
    """Note how the transformer is asked, and what unpacking its answer gives."""
    answer = forward(*arguments, **more)
    (drawn,) = answer
    seen.append((more.get("return_dict", "not given"), drawn, answer[0]))
    return answer


transformer.forward = wrapper
for pipeline, more in pipelines:
    seen.clear()
    pipeline.set_progress_bar_config(disable=True)
    pipeline(
        prompt_embeds=[torch.randn(4, 16)], height=64, width=64, num_inference_steps=2, guidance_scale=0.0,
        output_type="latent", **more,
    )
    for asked, drawn, first in seen[:1]:
        told = drawn if isinstance(drawn, str) else f"a list of {len(drawn)}"
        print(f"{type(pipeline).__name__}: return_dict {asked}, unpacked: {told}, [0]: a list of {len(first)}")
        assert torch.is_tensor(first[0])
        if type(pipeline) is ZImagePipeline:
            assert asked is False and drawn is first
        else:
            assert (asked, drawn) == ("not given", "sample")
PYTHON

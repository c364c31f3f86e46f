#!/bin/sh
# diffusers 0.42.1 with torch 2.14.1 (2026-11-29): how much of the picture ZImageImg2ImgPipeline keeps.
#
# One would think that of 8 steps at strength 0.3 two are run: StableDiffusionImg2ImgPipeline of the same library takes
# int(8 * 0.3). Z-Image's skips int(8 - 8 * 0.3) steps instead, which rounds the strength up to whole steps. Seen:
#   strength 0.25  2 steps    strength 0.26  3 steps    strength 0.3  3 steps    strength 0.375  3 steps
#   the pictures of 0.26, 0.3 and 0.375 are the same to the last bit; that of 0.25 is another one
# So 0.26 changes as much as 0.375, and a slider of hundredths has 8 places. Finer: strength 1 with sigmas of one's own,
# [s * (n - i) / n for i in range(n)], runs n steps from s. Also seen, below, with s = 0.26 and s = 0.375.
#
# The pipeline here has a few thousand random weights. About 6 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
    torch==2.14.1 diffusers==0.42.1 transformers==5.23.0 numpy==2.4.6 pillow==12.3.0
HF_HUB_OFFLINE=1 "$folder/bin/python" - <<'PYTHON'
import warnings

import numpy as np
import torch
from diffusers import AutoencoderKL, FlowMatchEulerDiscreteScheduler, ZImageImg2ImgPipeline, ZImageTransformer2DModel
from PIL import Image

warnings.simplefilter("ignore")
torch.manual_seed(0)
transformer = ZImageTransformer2DModel(
    dim=32, n_layers=2, n_refiner_layers=1, n_heads=2, n_kv_heads=2, cap_feat_dim=16, axes_dims=[8, 4, 4],
    axes_lens=[1024, 128, 128], in_channels=16,
)
vae = AutoencoderKL(
    down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
    block_out_channels=[8, 16, 16, 16], layers_per_block=1, latent_channels=16, norm_num_groups=8,
    scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False,
)
scheduler = FlowMatchEulerDiscreteScheduler(shift=3.0)
pipeline = ZImageImg2ImgPipeline(
    scheduler=scheduler, vae=vae.eval(), text_encoder=None, tokenizer=None, transformer=transformer.eval()
)
pipeline.set_progress_bar_config(disable=True)
words, photo = [torch.randn(6, 16)], Image.linear_gradient("L").resize((64, 64)).convert("RGB")


def draw(strength, **more):
    steps = []
    images = pipeline(
        prompt_embeds=words, image=photo, strength=strength, num_inference_steps=8, guidance_scale=0.0,
        generator=torch.Generator().manual_seed(7), output_type="np",
        callback_on_step_end=lambda _pipe, step, _time, kept: steps.append(step) or kept, **more,
    ).images
    return len(steps), images[0]


drawn = {strength: draw(strength) for strength in (0.25, 0.26, 0.3, 0.375)}
for strength, (steps, _) in drawn.items():
    print(f"strength {strength}: {steps} steps")
assert [steps for steps, _ in drawn.values()] == [2, 3, 3, 3]
assert np.array_equal(drawn[0.26][1], drawn[0.375][1]) and np.array_equal(drawn[0.26][1], drawn[0.3][1])
assert not np.array_equal(drawn[0.25][1], drawn[0.26][1])
print("0.26, 0.3 and 0.375: the same picture")
own = {start: draw(1.0, sigmas=[start * (4 - step) / 4 for step in range(4)]) for start in (0.26, 0.375)}
assert [steps for steps, _ in own.values()] == [4, 4]
assert not np.array_equal(own[0.26][1], own[0.375][1])
print("sigmas of one's own: 4 steps each, and two pictures")
PYTHON

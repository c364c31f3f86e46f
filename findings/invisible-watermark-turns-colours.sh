#!/bin/sh
# invisible-watermark 0.2.0 with PyWavelets 1.9.0 (2026-11-29, Python 3.11): what its default method, dwtDct, takes.
#
# One would think that what is lost is the mark, and that the less of it is written the less is lost. The encoder gives
# two of the wavelet transform's planes back in the other order, so whatever the mark, every 2 x 2 block of the colour
# plane U is mirrored at its diagonal: upright stripes one pixel wide lie down. Seen, at 512 x 512, PSNR in dB:
#                                              default mark    a mark of next to nothing (scales=[0, 0.001, 0])
#   stripes of blue and yellow, 1 pixel        10.2            10.2
#   ...                         2 pixels       44.1            55.9
#   ...                         15 pixels      22.0            22.0
#   the first ones in grey                     40.6            99 (the same picture)
# And the U plane is, to within one level, the old one with each block mirrored. Stripes of 2 pixels end where blocks do
# and lose nothing; a coloured edge that runs upright or level through blocks is frayed. dwtDctSvd does the same. It is
# what diffusers 0.42.1 calls for each picture of Stable Diffusion XL where this package is installed (as its source says).
#
# The package imports torch for a third method, RivaGAN; an empty module stands in for it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
pip() { "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
pip numpy==2.4.6 opencv-python-headless==5.0.0.93 PyWavelets==1.9.0
pip --no-deps invisible-watermark==0.2.0
"$folder/bin/python" - <<'PYTHON'
import sys
import types

import cv2
import numpy as np

sys.modules["torch"] = types.ModuleType("torch")
from imwatermark import WatermarkEncoder  # noqa: E402

SIDE, NOTHING = 512, {"scales": [0, 0.001, 0]}
encoder = WatermarkEncoder()
encoder.set_watermark("bytes", b"mark")


def stripes(pixels):
    """Upright stripes of blue and yellow as bright as one another; BGR."""
    first = np.arange(SIDE)[None, :, None] // pixels % 2 == 0
    return np.broadcast_to(np.where(first, (200, 80, 40), (60, 140, 140)), (SIDE, SIDE, 3)).astype(np.uint8)


def grey(picture):
    return cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def psnr(before, after):
    error = np.mean((before.astype(float) - after) ** 2)
    return round(10 * np.log10(255**2 / error), 1) if error else 99.0


def lost(picture, **more):
    return psnr(picture, encoder.encode(picture.copy(), **more))


def blue(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2YUV)[..., 1].astype(int)


for pixels in (1, 2, 15):
    picture = stripes(pixels)
    print(f"{pixels} pixels: {lost(picture)}, {lost(picture, **NOTHING)}, SVD {lost(picture, method='dwtDctSvd')}")
print(f"grey: {lost(grey(stripes(1)))}, {lost(grey(stripes(1)), **NOTHING)}")
for pixels, worst in ((1, 11), (15, 23)):
    picture = stripes(pixels)
    assert max(lost(picture), lost(picture, **NOTHING), lost(picture, method="dwtDctSvd")) < worst
assert lost(stripes(2)) > 40 and lost(stripes(2), **NOTHING) > 50
assert lost(grey(stripes(1))) > 40 and lost(grey(stripes(1)), **NOTHING) == 99.0

for pixels in (1, 15):
    picture = stripes(pixels)
    blocks = blue(picture).reshape(SIDE // 2, 2, SIDE // 2, 2)
    mirrored = blocks.transpose(0, 3, 2, 1).reshape(SIDE, SIDE)
    written = blue(encoder.encode(picture.copy(), **NOTHING))
    off = {name: int(np.abs(written - plane).max()) for name, plane in (("old", blue(picture)), ("mirrored", mirrored))}
    print(f"{pixels} pixels: U is up to {off['old']} levels off the old one, {off['mirrored']} off the mirrored one")
    assert off["old"] > 80 and off["mirrored"] <= 1
PYTHON

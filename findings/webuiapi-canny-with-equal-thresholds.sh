#!/bin/sh
# webuiapi 0.9.17 (2026-11-30): what a ControlNet unit sends that was made with nothing but its module.
#
# One would think that a unit whose thresholds nobody chose sends none, or the preprocessor's own (A1111's canny: 100 and
# 200), so that the server's defaults count. Seen: every unit, of any module, sends threshold_a 64 and threshold_b 64. For
# canny these are the lower and the upper threshold: equal, so that no edge is followed from a strong pixel to a weak one,
# and a server that wants the lower one below the upper refuses the client's default canny unit.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check webuiapi==0.9.17 pillow==12.3.0 requests==2.32.5
"$folder/bin/python" - <<'PYTHON'
import webuiapi
from PIL import Image

for module in ("canny", "depth_midas", "none"):
    unit = webuiapi.ControlNetUnit(image=Image.new("RGB", (8, 8)), module=module).to_dict()
    print(f"{module}: threshold_a {unit['threshold_a']}, threshold_b {unit['threshold_b']}")
    assert (unit["threshold_a"], unit["threshold_b"]) == (64, 64)
PYTHON

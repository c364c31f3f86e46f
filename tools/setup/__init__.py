"""The installer: makes an environment in which the playground runs, with nothing but Python's standard library."""

OLDEST = (3, 11)
NEWEST = (3, 14)
# What 3.15 lacks, looked up 2026-11-30: contourpy, PyYAML, torch and torchvision have builds for it in versions that
# were not tried here; orjson, which gradio needs, and of the tests' packages ray have none.

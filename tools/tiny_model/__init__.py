"""How the small model in presets/tiny was drawn, trained, scored and packed; `python -m tools.tiny_model --help`."""

"""ComfyUI's settings: the graph that was run (`prompt`), or the one on the canvas (`workflow`).

A graph has no schema: the settings are found by walking from the pass that began the picture along its inputs. Facts
of nodes are those of ComfyUI up to 0.30 (`nodes.py` and `comfy_extras/`) and of the packs that are named with them.

May import: domain, prompts, restore.
"""

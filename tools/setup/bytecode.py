"""Compiling what a start imports, and no more: most of what is installed never is, and compiling it takes minutes."""

import subprocess

from tools.setup.environment import Environment

IMPORTED = (
    "gradio",
    "sqlalchemy.dialects.sqlite",
    "pydantic_settings",
    "mcp.server.lowlevel",
    "scipy.ndimage",
    "cv2",
    "torchvision",
    "accelerate",
    "peft",
    "transformers.models.qwen3.modeling_qwen3",
    "diffusers.pipelines.z_image.pipeline_z_image",
    "diffusers.pipelines.z_image.pipeline_z_image_controlnet_inpaint",
)
_IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
"""


def compile_a_start(environment: Environment) -> None:
    """Import what the playground does, since Python keeps the bytecode of that; what fails here, a start tells."""
    program = [str(environment.python), "-W", "ignore", "-c", _IMPORT, *IMPORTED]
    subprocess.run(program, capture_output=True, check=False)

"""Compiling what a start imports, and no more: most of what is installed never is, and compiling it takes minutes."""

import os
import subprocess

from tools.setup.environment import Environment

IMPORTED = (
    "gradio",
    "sqlalchemy.dialects.sqlite",
    "pydantic_settings",
    "mcp.server.lowlevel",
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


def compile_installed(environment: Environment, *, dev: bool) -> None:
    """Compile what a start imports; all where hundreds of processes of tests follow, or later ones may keep nothing."""
    if dev or os.environ.get("PYTHONDONTWRITEBYTECODE"):
        compile_all(environment)
    else:
        compile_a_start(environment)


def compile_all(environment: Environment) -> None:
    """Compile on all cores what has no bytecode yet; some package always holds a file of another Python."""
    program = [str(environment.python), "-m", "compileall", "-q", "-q", "-j", "0", str(environment.packages)]
    subprocess.run(program, capture_output=True, check=False)


def compile_a_start(environment: Environment) -> None:
    """Import what the playground does, since Python keeps the bytecode of that; what fails here, a start tells."""
    program = [str(environment.python), "-W", "ignore", "-c", _IMPORT, *IMPORTED]
    subprocess.run(program, capture_output=True, check=False)

"""The local engine: Z-Image in diffusers on this machine. Nothing here imports torch before a model is loaded."""

from backend.local.backend import LocalBackend
from backend.local.zerogpu import gpu_decorator
from backend.runs.files import ImageFiles
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> LocalBackend:
    """Build the local backend; it loads nothing yet."""
    return LocalBackend(settings, files, gpu=gpu_decorator(settings))

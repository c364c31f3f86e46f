"""The local engine: Z-Image in diffusers on this machine. Nothing here imports torch before a model is loaded.

May import: domain, images, prompts, threads, what all adapters share, settings; inside functions torch and its family.
"""

from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.zerogpu import gpu_decorator
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> LocalBackend:
    """Build the local backend; it loads nothing yet."""
    return LocalBackend(settings, files, gpu=gpu_decorator(settings))

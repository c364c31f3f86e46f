"""Z-Image-Turbo ControlNet at ModelRunner (modelrunner.ai), over its queue.

May import: domain, images, what all adapters share, adapters.provider, settings.
"""

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.programs import write_programs
from backend.adapters.modelrunner.service import Service
from backend.adapters.provider.backend import line_to
from backend.domain.providers import MODELRUNNER
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

__all__ = ["build", "write_programs"]


def build(settings: Settings, files: ImageFiles) -> ModelRunnerBackend:
    """Build the backend; it connects to nothing before the first run."""
    _, storage = settings.addresses_of(MODELRUNNER)
    return ModelRunnerBackend(settings, files, Service(line_to(MODELRUNNER, settings), storage))

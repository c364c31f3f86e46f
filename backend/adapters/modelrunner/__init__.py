"""Z-Image-Turbo ControlNet at ModelRunner (modelrunner.ai), over its queue.

May import: domain, images, what all adapters share, adapters.provider, settings.
"""

from backend.adapters.modelrunner.backend import ModelRunnerBackend
from backend.adapters.modelrunner.service import MEDIA, Service
from backend.adapters.provider.line import Line
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> ModelRunnerBackend:
    """Build the backend; it connects to nothing before the first run."""
    storage = settings.modelrunner_storage_url
    line = Line("ModelRunner", settings.modelrunner_base_url, scheme="Key", origins=(storage,), media=MEDIA)
    return ModelRunnerBackend(settings, files, Service(line, storage))

"""Z-Image-Turbo at Runware (runware.ai), over its REST interface.

May import: domain, images, threads, what all adapters share, adapters.provider, settings.
"""

from backend.adapters.provider.line import Line
from backend.adapters.runware.backend import RunwareBackend
from backend.adapters.runware.service import MEDIA
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> RunwareBackend:
    """Build the backend; it connects to nothing before the first run."""
    return RunwareBackend(settings, files, Line("Runware", settings.runware_base_url, scheme="Bearer", media=MEDIA))

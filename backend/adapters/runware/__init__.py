"""Z-Image-Turbo at Runware (runware.ai), over its REST interface."""

from backend.http import Line
from backend.runs.files import ImageFiles
from backend.runware.backend import RunwareBackend
from backend.runware.service import MEDIA
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> RunwareBackend:
    """Build the backend; it connects to nothing before the first run."""
    return RunwareBackend(settings, files, Line("Runware", settings.runware_base_url, scheme="Bearer", media=MEDIA))

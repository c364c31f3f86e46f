"""Z-Image-Turbo at Runware (runware.ai), over its REST interface.

May import: domain, images, threads, what all adapters share, adapters.provider, settings.
"""

from backend.adapters.provider.backend import line_to
from backend.adapters.runware.backend import RunwareBackend
from backend.adapters.runware.programs import write_programs
from backend.domain.providers import RUNWARE
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

__all__ = ["build", "write_programs"]


def build(settings: Settings, files: ImageFiles) -> RunwareBackend:
    """Build the backend; it connects to nothing before the first run."""
    return RunwareBackend(settings, files, line_to(RUNWARE, settings))

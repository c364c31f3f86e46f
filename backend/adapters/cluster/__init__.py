"""The local engine on many devices: Ray Serve holds one replica a GPU. Ray is imported only when a cluster starts.

May import: what adapters.local may, and that; alone here, ray.
"""

from backend.adapters.cluster.backend import ClusterBackend
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


def build(settings: Settings, files: ImageFiles) -> ClusterBackend:
    """Build the cluster backend; it starts and joins nothing yet."""
    return ClusterBackend(settings, files)

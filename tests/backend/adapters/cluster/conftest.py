"""A Ray of the tests' own with the embedded model, on loopback, ended with the tests that use it."""

from collections.abc import Iterator

import psutil
import pytest

from backend.adapters.cluster.backend import ClusterBackend
from backend.adapters.cluster.scale import Scale
from backend.images.storage.files import ImageFiles
from backend.money.ledger import Budget
from backend.playground import Playground
from backend.record.database.engine import open_database
from backend.record.store import Store
from backend.settings import Settings

WAITING = 6


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playground]:
    """Return a playground whose cluster grows to two replicas, each on one core."""
    data = tmp_path_factory.mktemp("data")
    settings = Settings(_env_file=None, PLAYGROUND_DATA=data, PLAYGROUND_MODEL="tiny", PLAYGROUND_BACKEND="cluster")
    engine, files = open_database(data), ImageFiles(data / "images")
    cluster = ClusterBackend(settings, files, Scale(most=2, waiting=WAITING, up_seconds=1, down_seconds=600))
    yield Playground(settings, {"cluster": cluster}, Store(engine), Budget(engine), files, "cluster")
    import ray  # Not before: it reads its settings when it is imported.

    ray.shutdown()
    engine.dispose()


def replica_processes() -> list[psutil.Process]:
    """Return the processes of the replicas that were started under this one."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if child.name().startswith("ray::ServeRepli")]

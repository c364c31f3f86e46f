"""What the cluster takes travels to the replicas, which are the local engine; each image with what is its own."""

from pathlib import Path
from typing import Any

import pytest

from backend.adapters.cluster.backend import ClusterBackend, tasks
from backend.adapters.local.machine.options import DetectorOptions
from backend.domain.requests import TABBED, Mode, Request, parse_request
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from tests.backend.adapters.local.upscaling.networks import compact
from tests.backend.adapters.takes.samples import UPSCALER, acts_or_is_refused, fields_of, pair, stored

CASES = [(mode, path) for mode in TABBED for path in fields_of(mode, DetectorOptions)]
NOT_HERE = ("options.depth_detector", "options.pose_detector")
"""Their weights are no part of the project."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> ClusterBackend:
    folder = tmp_path_factory.mktemp("cluster")
    compact(folder / "upscalers" / f"{UPSCALER}.safetensors")
    settings = Settings(_env_file=None, PLAYGROUND_DATA=folder, PLAYGROUND_MODEL="tiny")
    return ClusterBackend(settings, ImageFiles(folder / "images"))


@pytest.mark.parametrize(("mode", "path"), [case for case in CASES if case[1] not in NOT_HERE])
def test_every_field_travels_or_is_refused(cluster: ClusterBackend, mode: Mode, path: str) -> None:
    def carried(request: Request) -> Any:
        return [(task.request, sorted(task.pictures)) for task in tasks(request, cluster.files)]

    acts_or_is_refused(cluster.capabilities, path, pair(mode, path, stored(cluster.files)), carried)


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_each_image_travels_with_its_own_seeds(tmp_path: Path, strength: float) -> None:
    asked = {"prompt": "a fox", "count": 3, "seed": 5, "variation_strength": strength, "variation_seed": 9}
    request = parse_request({"mode": "text_to_image", **asked})
    sent = [task.request for task in tasks(request, ImageFiles(tmp_path))]
    own = [(one.seed, one.variation_seed) for one in sent]
    assert own == ([(5, 9), (5, 10), (5, 11)] if strength else [(5, 9), (6, 9), (7, 9)])
    assert {one.count for one in sent} == {1}

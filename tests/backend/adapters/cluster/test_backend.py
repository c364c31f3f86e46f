import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from backend.adapters.cluster import build
from backend.adapters.cluster.fleet import engine_settings, open_fleet
from backend.adapters.cluster.line import Line
from backend.adapters.cluster.scale import Scale
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.machine.options import DetectorOptions
from backend.domain.caller import Caller
from backend.domain.errors import NotReady, WrongSetting
from backend.domain.requests import TextToImage
from backend.generation.generate import prepare
from backend.images.storage.files import ImageFiles
from backend.playground import open_playground
from backend.settings import Settings

ANN = Caller(visitor="ann")


@pytest.fixture
def tiny(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, PLAYGROUND_DATA=tmp_path, PLAYGROUND_MODEL="tiny")


def test_it_is_offered_only_where_it_is_named_and_an_address_alone_changes_nothing(tiny: Settings) -> None:
    for named, offered in (("auto", False), ("cluster", True)):
        house = open_playground(tiny.model_copy(update={"backend": named, "ray_address": "10.0.0.1:6379"}))
        assert ("cluster" in house.backends) is offered
        assert (house.default == "cluster") is offered
        house.store.engine.dispose()
    with pytest.raises(WrongSetting, match="modelrunner, cluster"):
        open_playground(tiny.model_copy(update={"backend": "claster"}))


def test_without_ray_it_says_what_to_install(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    cluster = build(tiny, ImageFiles(tiny.data))
    cluster.warm()
    assert "pip install -r requirements-scale.txt" in cluster.state(ANN).message
    with pytest.raises(NotReady, match="requirements-scale"):
        prepare(cluster, ANN, TextToImage(prompt="a boat"))


def test_what_the_page_asks_before_a_run_starts_nothing_and_imports_neither_ray_nor_torch() -> None:
    script = """
import sys
from backend.domain.caller import Caller
from backend.adapters.cluster import build
from backend.domain.requests import TextToImage
from backend.settings import Settings
cluster, caller = build(Settings(_env_file=None), None), Caller(visitor="v")
cluster.state(caller), cluster.capabilities, cluster.actions(), cluster.estimate(TextToImage(prompt="a star"), caller)
heavy = {"ray", "torch", "diffusers", "transformers", "gradio"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[4])


def test_it_can_what_the_local_engine_can(tiny: Settings) -> None:
    cluster, local = build(tiny, ImageFiles(tiny.data)), LocalBackend(tiny, ImageFiles(tiny.data))
    ours, theirs = cluster.capabilities, local.capabilities
    assert (ours.modes, ours.sizes, ours.lacks) == (theirs.modes, theirs.sizes, theirs.lacks)
    assert ours.options is DetectorOptions
    assert cluster.count_tokens("a red circle") == local.count_tokens("a red circle")
    assert cluster.actions() == local.actions()
    assert cluster.estimate(TextToImage(prompt="a star"), ANN).free
    assert cluster.state(ANN).message.endswith("starts with the first run.")


def test_no_key_goes_to_a_replica() -> None:
    settings = Settings(_env_file=None, RUNWARE_API_KEY="canary", MODELRUNNER_KEY="canary", GRADIO_SHARE=True)
    sent = pickle.dumps(engine_settings(settings))
    assert b"canary" not in sent
    assert pickle.loads(sent).public


def test_the_address_of_a_ray_client_is_refused_in_words(tiny: Settings) -> None:
    settings = tiny.model_copy(update={"ray_address": "ray://10.0.0.1:10001"})
    with pytest.raises(NotReady, match="on a machine of the cluster"):
        open_fleet(settings, Scale(), lambda *_: None)


@pytest.mark.parametrize(
    ("scale", "resources", "most", "gpus"),
    [
        (Scale(), {"CPU": 2.0}, 1, 0),
        (Scale(), {"CPU": 64.0}, 32, 0),
        (Scale(), {"CPU": 64.0, "GPU": 8.0}, 8, 1),
        (Scale(most=100), {"CPU": 64.0, "GPU": 8.0}, 100, 1),
        (Scale(most=2), {"CPU": 2.0}, 2, 0),
    ],
)
def test_there_is_a_replica_a_gpu_or_one_for_two_cores_or_as_many_as_were_said(
    scale: Scale, resources: dict[str, float], most: int, gpus: int
) -> None:
    options = scale.deployment(resources)
    assert options["autoscaling_config"]["max_replicas"] == most
    assert options["ray_actor_options"] == ({"num_cpus": 0, "num_gpus": 1} if gpus else {"num_cpus": 1})


def test_the_line_tells_how_many_wait_before_and_forgets_who_left() -> None:
    line, first, second = Line(), object(), object()
    line.join(first)
    line.join(second)
    assert (line.ahead(first), line.ahead(second)) == (0, 1)
    line.leave(first)
    line.leave(first)
    assert (line.ahead(first), line.ahead(second)) == (None, 0)

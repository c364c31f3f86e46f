"""The engine of this machine enlarges without its model: by Lanczos, or by a file that lies in the models folders."""

from collections.abc import Callable
from decimal import Decimal
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from backend.adapters.job import Heard
from backend.adapters.local.backend import LocalBackend
from backend.adapters.local.upscaling import enlarging
from backend.adapters.local.upscaling.upscaler import Upscaler
from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, Unsupported
from backend.domain.events import Generated, Progress
from backend.domain.requests import Outpaint, Upscale
from backend.images.encoding import encode
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from tests.backend.adapters.local.upscaling.networks import compact
from tests.backend.adapters.local.upscaling.test_sharp import picture

CALLER = Caller(visitor="visitor-1")
Made = Callable[..., LocalBackend]


@pytest.fixture
def local(tmp_path: Path) -> Made:
    def made(**values: object) -> LocalBackend:
        settings = Settings(_env_file=None, PLAYGROUND_DATA=tmp_path, PLAYGROUND_MODEL="tiny", **values)
        return LocalBackend(settings, ImageFiles(tmp_path / "images"))

    return made


def asked(local: LocalBackend, image: Image.Image, **values: object) -> Upscale:
    return Upscale.model_validate({"image": local.files.put(encode(image, "png"), "png"), **values})


def run(local: LocalBackend, request: Upscale) -> tuple[Generated, list[Progress]]:
    heard = Heard()
    local.run(request, CALLER, heard)
    (made,) = [event for event in heard.told if isinstance(event, Generated)]
    return made, [event for event in heard.told if isinstance(event, Progress)]


def test_lanczos_needs_no_model(local: Made) -> None:
    backend, image = local(), picture(80, 64)
    made, _ = run(backend, asked(backend, image, factor=2.5, prompt="a fox", seed=7))
    assert made.image == image.resize((200, 160), Image.Resampling.LANCZOS)
    assert (made.seed, made.details["model"]) == (7, "Lanczos")
    assert backend.models.loaded.loading.result is None


def test_what_has_no_seed_gets_none(local: Made) -> None:
    backend = local()
    made, _ = run(backend, asked(backend, picture(32, 32)))
    assert made.seed is None


def test_a_file_of_the_data_folder_or_of_the_models_folders_is_offered_by_its_name(local: Made, tmp_path: Path) -> None:
    compact(tmp_path / "upscalers" / "4x-own.safetensors")
    compact(tmp_path / "models" / "upscale_models" / "2x-theirs.safetensors", scale=2)
    (tmp_path / "upscalers" / "4x-old.pth").write_bytes(b"PK\x03\x04")
    backend = local(PLAYGROUND_MODELS=str(tmp_path / "models"))
    assert backend.capabilities.choices["upscaler"] == ("Lanczos", "2x-theirs", "4x-own")
    made, told = run(backend, asked(backend, picture(64, 48), factor=3, upscaler="2x-theirs"))
    assert isinstance(made.image, Image.Image)
    assert made.image.size == (192, 144)
    assert [event.preview is not None for event in told if event.total] == [True]
    assert made.details["model"] == "2x-theirs"


def test_reading_an_upscaler_is_no_part_of_what_the_next_enlargement_is_said_to_take(
    local: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compact(tmp_path / "upscalers" / "4x-own.safetensors")
    backend, read = local(), enlarging.read_upscaler
    clock = count(0, 60)
    monkeypatch.setattr(enlarging, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    request = asked(backend, picture(64, 64), upscaler="4x-own")
    assert backend.estimate(request, CALLER).seconds is None

    def reading(*given: Any) -> Upscaler:
        for _ in range(100):
            next(clock)
        return read(*given)

    monkeypatch.setattr(enlarging, "read_upscaler", reading)
    made, _ = run(backend, request)
    said = backend.estimate(request, CALLER).seconds
    assert said is not None
    assert said < float(str(made.details["seconds"])) - 100 * 60


def test_an_upscaler_that_is_not_here_is_refused_with_those_that_are(local: Made) -> None:
    backend = local()
    with pytest.raises(InvalidRequest, match="is 'ESRGAN_4x'; this backend offers Lanczos"):
        backend.capabilities.check(asked(backend, picture(32, 32), upscaler="ESRGAN_4x"))


def test_a_result_above_8192_a_side_is_refused_with_the_factor_that_is_not(local: Made) -> None:
    backend = local()
    with pytest.raises(
        InvalidRequest, match=r"makes 12000×40 of 3000×10; the most is 8192 a side: choose at most 2\.73"
    ):
        backend.capabilities.check(asked(backend, Image.new("RGB", (3000, 10)), factor=4))
    backend.capabilities.check(asked(backend, Image.new("RGB", (2048, 10)), factor=4))
    with pytest.raises(InvalidRequest, match="take a smaller picture"):
        backend.capabilities.check(asked(backend, Image.new("RGB", (6000, 10)), factor=2))


def test_a_canvas_above_8192_a_side_is_refused_before_it_is_drawn(local: Made) -> None:
    backend = local()
    image = backend.files.put(encode(Image.new("RGB", (8192, 16)), "png"), "png")
    with pytest.raises(Unsupported, match="`right`: makes 8208×16 of 8192×16; the most is 8192 a side: add less"):
        backend.capabilities.check(Outpaint(prompt="a lake", image=image, right=16))
    backend.capabilities.check(Outpaint(prompt="a lake", image=image, top=16))


def test_an_option_of_drawing_is_refused(local: Made) -> None:
    backend = local()
    with pytest.raises(InvalidRequest, match="have no effect on an enlargement"):
        backend.capabilities.check(asked(backend, picture(32, 32), options={"compile": True}))


def test_the_price_of_the_gpus_time_is_known_once_one_was_timed(local: Made) -> None:
    backend = local(PLAYGROUND_GPU_USD_PER_HOUR=3600)
    request = asked(backend, picture(320, 320), factor=4)
    assert backend.estimate(request, CALLER).likely is None
    made, _ = run(backend, request)
    assert made.cost_usd is not None
    likely = backend.estimate(request, CALLER).likely
    assert likely == pytest.approx(made.cost_usd, abs=Decimal("0.002"))

"""An upscaler's tiles make the picture that it would make of the whole, in about the time that it takes by itself."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from backend.adapters.local.upscaling import sharp
from backend.adapters.local.upscaling.sharp import Sharp
from backend.adapters.local.upscaling.upscaler import Upscaler, read_upscaler
from backend.domain.errors import Cancelled, OutOfMemory, Unsupported
from tests.backend.adapters.local.upscaling.networks import compact


@pytest.fixture(scope="module")
def upscaler(tmp_path_factory: pytest.TempPathFactory) -> Upscaler:
    return read_upscaler(compact(tmp_path_factory.mktemp("upscalers") / "4x-small.safetensors"), lambda: "cpu")


def picture(width: int, height: int) -> Image.Image:
    levels = np.random.default_rng(1).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    return Image.fromarray(levels).resize((width, height), Image.Resampling.BICUBIC)


def enlarged(image: Image.Image, upscaler: Upscaler, factor: float, **heard: Any) -> Image.Image:
    size = (round(image.width * factor), round(image.height * factor))
    on_tile, check = heard.get("on_tile", lambda *_: None), heard.get("check", lambda: None)
    return Sharp(image, size, upscaler, on_tile, check).enlarged()


def far(one: Image.Image, other: Image.Image) -> int:
    return int(np.abs(np.asarray(one, np.int16) - np.asarray(other, np.int16)).max())


@pytest.mark.parametrize("factor", [1.5, 2.7, 4])
def test_tiles_leave_no_seam(upscaler: Upscaler, factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(200, 152)
    monkeypatch.setattr(sharp, "SIDES", (1024, 64))
    whole = enlarged(image, upscaler, factor)
    monkeypatch.setattr(sharp, "SIDES", (64, 32))
    seen = []
    tiled = enlarged(image, upscaler, factor, on_tile=lambda done, total, *_: seen.append((done, total)))
    assert seen == [(done, 12) for done in range(1, 13)]
    assert whole.size == tiled.size == (round(200 * factor), round(152 * factor))
    assert far(whole, tiled) <= 1


def test_without_overlap_the_seams_would_show(upscaler: Upscaler, monkeypatch: pytest.MonkeyPatch) -> None:
    image = picture(200, 152)
    monkeypatch.setattr(sharp, "SIDES", (1024, 64))
    whole = enlarged(image, upscaler, 4)
    monkeypatch.setattr(sharp, "SIDES", (64, 32))
    monkeypatch.setattr(sharp, "OVERLAP", 0)
    assert far(whole, enlarged(image, upscaler, 4)) > 8


def test_a_network_that_doubles_is_asked_twice_for_four_times(tmp_path: Path) -> None:
    double = read_upscaler(compact(tmp_path / "2x.safetensors", scale=2), lambda: "cpu")
    image = picture(40, 32)
    twice = double.enlarged(double.enlarged(np.asarray(image), 2, lambda: None), 2, lambda: None)
    assert double.passes(4) == 2
    assert far(enlarged(image, double, 4), Image.fromarray(twice)) <= 2


def test_stop_is_heard_within_a_tile(upscaler: Upscaler) -> None:
    asked = []

    def check() -> None:
        asked.append(True)
        if len(asked) == 5:
            raise Cancelled

    done: list[int] = []
    with pytest.raises(Cancelled):
        enlarged(picture(64, 64), upscaler, 4, check=check, on_tile=lambda *_: done.append(1))
    assert (len(asked), done) == (5, [])


def test_where_memory_runs_out_the_tiles_become_smaller(upscaler: Upscaler, monkeypatch: pytest.MonkeyPatch) -> None:
    image, tried = picture(200, 152), []
    whole = enlarged(image, upscaler, 4)

    def short(self: Upscaler, pixels: Any, factor: float, check: Any) -> Any:
        tried.append(pixels.shape[1])
        if pixels.shape[1] > 100:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return real(self, pixels, factor, check)

    real = Upscaler.enlarged
    monkeypatch.setattr(Upscaler, "enlarged", short)
    assert far(enlarged(image, upscaler, 4), whole) <= 1
    assert tried[:4] == [200, 200, 116, 66]

    monkeypatch.setattr(Upscaler, "enlarged", lambda *_: (_ for _ in ()).throw(MemoryError))
    with pytest.raises(OutOfMemory, match="Choose another upscaler, or Lanczos"):
        enlarged(image, upscaler, 4)


def test_little_memory_makes_small_tiles_from_the_start(upscaler: Upscaler, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharp, "free_memory", lambda _: 2 * upscaler.memory(100**2, 4))
    totals = set()
    enlarged(picture(128, 128), upscaler, 4, on_tile=lambda _, total, *__: totals.add(total))
    assert totals == {4}


@pytest.mark.slow
def test_four_times_1024_takes_at_most_a_tenth_longer_than_the_bare_network(upscaler: Upscaler) -> None:
    import torch

    image = picture(1024, 1024)

    def bare() -> None:
        with torch.inference_mode():
            levels = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None].float() / 255
            (upscaler.network(levels)[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()

    least = {"bare": float("inf"), "tiled": float("inf")}
    for _ in range(3):
        for name, work in (("bare", bare), ("tiled", lambda: enlarged(image, upscaler, 4))):
            began = time.process_time()
            work()
            least[name] = min(least[name], time.process_time() - began)
    assert least["tiled"] <= 1.1 * least["bare"]


def refusal(path: Path) -> str:
    with pytest.raises(Unsupported) as caught:
        read_upscaler(path, lambda: "cpu")
    return caught.value.problems[0].message


def test_a_pickle_is_refused_before_it_is_read(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "4x.safetensors"
    torch.save({"body.0.weight": torch.zeros(1)}, path)
    assert "is a pickle, which can run a stranger's code" in refusal(path)


def test_another_networks_file_is_refused_by_name(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    path = tmp_path / "no-upscaler.safetensors"
    save_file({"layers.0.weight": torch.zeros(4, 4)}, path)
    assert refusal(path) == "no-upscaler.safetensors is no upscaler that is known here: choose another file."

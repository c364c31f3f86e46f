import json
from pathlib import Path

import pytest

from tools.tiny_model.training.batches import SIZES
from tools.tiny_model.world.about import nearest_size, usual_size, write_world


@pytest.mark.parametrize(("phase", "drawn"), [("small", (128, 128)), ("large", (256, 256))])
def test_the_native_sizes_are_those_of_the_last_phase(tmp_path: Path, phase: str, drawn: tuple[int, int]) -> None:
    write_world(tmp_path, samples=7, sizes=phase)
    world = json.loads((tmp_path / "world.json").read_text())
    assert world["sizes"] == [list(size) for size in SIZES[phase]]
    assert usual_size(tmp_path) == (256, 256)
    assert nearest_size(tmp_path) == drawn
    assert world["trained_samples"] == 7

import pytest

from tools.gpu_table import layouts


def test_each_choice_has_its_row_drawn_or_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = ({"attention": "native"}, {"weights": "gguf"}, {"attention": "flash 3"})
    monkeypatch.setattr(layouts, "CHOICES", chosen)
    monkeypatch.setattr(layouts, "ROUNDS", 1)
    _, _, native, gguf, flash = layouts.lines(tiny=True)
    assert "kept whole in memory, since its" in native
    assert "from a GGUF file, as was chosen" in gguf
    assert gguf.count(" s |") == 3
    assert "refused: is flash 3, which needs" in flash

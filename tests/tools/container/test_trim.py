"""What the image `remote` leaves out of its packages."""

from pathlib import Path

import numpy
import pytest

from tools.container.trim import NEVER_READ, main, trim


def environment(folder: Path) -> Path:
    """Return a folder of packages with all that is left out, and something beside each."""
    packages = folder / "lib/python3.12/site-packages"
    for pattern in NEVER_READ:
        place = packages / pattern.replace("**", "core")
        place.mkdir(parents=True)
        (place / "large.py").write_bytes(b"#" * 1000)
        (place.parent / "needed.py").write_text("needed = True\n")
    return packages


def test_what_is_never_read_goes_and_the_rest_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packages = environment(tmp_path)
    assert main([str(tmp_path)]) == 0
    assert not list(packages.rglob("large.py"))
    assert len(list(packages.rglob("needed.py"))) == len({(packages / pattern).parent for pattern in NEVER_READ})
    assert "MB before" in capsys.readouterr().out


def test_a_name_that_is_gone_ends_the_build(tmp_path: Path) -> None:
    packages = environment(tmp_path)
    trim(packages)
    with pytest.raises(FileNotFoundError, match="mend the list"):
        trim(packages)


@pytest.mark.parametrize("pattern", NEVER_READ)
def test_each_name_is_one_of_the_packages_of_today(pattern: str) -> None:
    packages = Path(numpy.__file__).parents[1]
    assert any(folder.is_dir() for folder in packages.glob(pattern))

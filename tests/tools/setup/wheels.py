"""Small real wheels, so that the real pip installs something without a network."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

NOTHING: Mapping[str, str] = {}


def make_wheel(folder: Path, name: str, version: str, files: Mapping[str, str] = NOTHING) -> Path:
    """Write a wheel that pip installs, with these files in it (path to text)."""
    info = f"{name}-{version}.dist-info"
    contents = {
        **(files or {f"{name}/__init__.py": ""}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in (*contents, f"{info}/RECORD"))
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**contents, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)
    return wheel


def make_torch(folder: Path, version: str, device: str, *, label: str = "", name: str = "torch") -> Path:
    """Write a wheel that looks to the installer like torch (or torchvision) built for this device."""
    text = f"__all__ = ['__version__']\n__version__ = '{version}+{device}'\n"
    return make_wheel(folder, name, version + (label and f"+{label}"), {f"{name}/version.py": text})

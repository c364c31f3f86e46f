"""c2pa-python, where it is installed: optional, since it brings a native library of 50 MB that most have no use for."""

import importlib
import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backend.images.credentials.reader import LIBRARY

INSTALL = "run `pip install -r requirements-sign.txt`"


def package_folder() -> Path | None:
    """Return the folder from which the library is imported, without importing it; None where it isn't installed."""
    found = importlib.util.find_spec(LIBRARY)
    return Path(found.origin).parents[1] if found and found.origin else None


def library() -> Any:
    """Import the library, in 0.1 s; raises `ImportError` or `OSError` where this machine can't load it."""
    return importlib.import_module(LIBRARY)


def context_of(settings: Mapping[str, Any]) -> Any:
    """Return the library's settings as it wants them."""
    return library().Context.from_dict(dict(settings))

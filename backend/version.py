"""Which playground this is: the one place, which `--version`, the page's API and `pyproject.toml` read.

Semantic versioning (semver.org) over what `docs/stable.md` calls stable.
"""

VERSION = "1.0.0"

"""Extras as if they had been downloaded."""

from pathlib import Path

from backend.adapters.local.machine.extras import known_extras


def put_in_cache(cache: Path, name: str) -> Path:
    """Lay an extra's files, empty ones, where the hub's client would have put them; return the first."""
    extra, commit = known_extras()[name], "0" * 40
    repo = cache / f"models--{extra.repo.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True, exist_ok=True)
    (repo / "refs" / "main").write_text(commit)
    snapshot = repo / "snapshots" / commit
    snapshot.mkdir(parents=True, exist_ok=True)
    for file in extra.files:
        (snapshot / file).parent.mkdir(parents=True, exist_ok=True)
        (snapshot / file).touch()
    return snapshot / extra.files[0]

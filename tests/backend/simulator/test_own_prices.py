"""The simulator's prices are its own: what an adapter believes can't make its own bill right."""

import ast
from pathlib import Path

import backend.simulator

ADAPTERS = ("backend.adapters.runware", "backend.adapters.modelrunner")


def test_the_simulator_imports_nothing_of_the_adapters_and_reads_no_price_table_of_theirs() -> None:
    sources = list(Path(*backend.simulator.__path__).rglob("*.py"))
    assert len(sources) > 10
    wrong = [f"{path.name}: {name}" for path in sources for name in _imported(path) if name.startswith(ADAPTERS)]
    assert wrong == []
    assert [path.name for path in sources if "prices.json" in path.read_text(encoding="utf-8")] == []


def _imported(path: Path) -> list[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return plain + [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]

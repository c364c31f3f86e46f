"""Public functions say which of our errors they raise themselves."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.domain import errors

ROOT = Path(__file__).parent.parent
FILES = sorted([ROOT / "app.py", *(ROOT / "backend").rglob("*.py"), *(ROOT / "ui").rglob("*.py")])
OURS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.PlaygroundError)
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_a_public_function_says_which_of_our_errors_it_raises() -> None:
    silent, saying = [], 0
    for file in FILES:
        for function in _public(ast.parse(file.read_text(encoding="utf-8"))):
            said = ast.get_docstring(function) or ""
            raised = set(_raised(function.body))
            saying += bool(raised)
            silent += [f"{file.relative_to(ROOT)}:{function.lineno} {name}" for name in raised if name not in said]
    assert saying > 50
    assert silent == []


@pytest.mark.parametrize(
    ("code", "raised"),
    [
        ("raise NotFound('gone')", {"NotFound"}),
        ("if x:\n    raise errors.NotFound from None", {"NotFound"}),
        ("raise ValueError", set()),
        ("try:\n    raise NotFound\nexcept PlaygroundError:\n    pass", set()),
        ("try:\n    pass\nexcept PlaygroundError:\n    raise NotFound from None", {"NotFound"}),
        ("def inner():\n    raise NotFound", set()),
    ],
)
def test_what_a_function_raises_itself_is_found(code: str, raised: set[str]) -> None:
    assert set(_raised(ast.parse(code).body)) == raised


def _public(node: ast.AST) -> Iterator[Function]:
    """Yield the public functions of a module, and the public methods of its classes."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _public(child)
        elif isinstance(child, Function) and not child.name.startswith("_"):
            yield child


def _raised(body: list[ast.stmt]) -> Iterator[str]:
    """Yield our errors that these lines raise by name, but for those that they catch, and those of functions within."""
    for node in body:
        if isinstance(node, ast.Raise):
            name = _name(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
            yield from {name} & OURS
        elif isinstance(node, ast.Try):
            caught = any("PlaygroundError" in ast.unparse(handler.type or handler) for handler in node.handlers)
            inner = [*([] if caught else node.body), *node.orelse, *node.finalbody]
            yield from _raised([*inner, *(line for handler in node.handlers for line in handler.body)])
        elif not isinstance(node, Function | ast.ClassDef):
            for field in ("body", "orelse"):
                yield from _raised(getattr(node, field, []))
            yield from (name for case in getattr(node, "cases", []) for name in _raised(case.body))


def _name(node: ast.AST | None) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")

"""The page's own JavaScript: modules beside the Python of their rooms, one graph from `ui/page.js` on, made one file.

Forty files cost a first visit 0.2 s on one machine and a second over a slow line, even if the page names them all
(`docs/decisions/0144-the-scripts-are-one-graph-of-modules.md`). So each module becomes a function's scope in one file,
dependencies first. That takes the plain forms of `import` and `export` alone; any other is refused here.
"""

import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).parents[1]
ENTRY = "page.js"
_IMPORT = re.compile(r"^import (?:\{(?P<names>[^{}]*)\} from )?'(?P<path>\.{1,2}/[\w./]+\.js)';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (?P<name>\w+))", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*|\bimport\(.*", re.MULTILINE)
_SCOPE = "// {path}\nconst {name} = (() => {{\n{imports}{body}return {{{exports}}};\n}})();\n"


def read_modules(folder: Path = FOLDER) -> dict[str, str]:
    """Return the text of each module by its path within the folder."""
    found = sorted(folder.rglob("*.js"))
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in found}


def in_order(modules: Mapping[str, str], entry: str = ENTRY) -> list[str]:
    """Return what is reached from an entry, each module behind those that it imports.

    Raises `ValueError` for a circle, and for a module that is imported but isn't there.
    """
    order: list[str] = []
    _visit(entry, modules, order, ())
    return order


def linked(modules: Mapping[str, str], entry: str = ENTRY) -> str:
    """Return the program: each module's text in a scope of its own; a browser runs it as a module.

    Raises `ValueError` for a circle, a module or a name that isn't there, and an `import` or `export` that isn't plain.
    """
    order = in_order(modules, entry)
    for path in order:
        _check_names(path, modules)
    return "".join(_scope(path, modules[path]) for path in order)


def _visit(path: str, modules: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    if path in above:
        raise ValueError(f"Modules import each other in a circle: {' → '.join((*above, path))}")
    if path not in modules:
        raise ValueError(f"{above[-1] if above else 'The page'} imports {path}, which isn't there.")
    if path in order:
        return
    for imported in _imported(path, modules[path]):
        _visit(imported, modules, order, (*above, path))
    order.append(path)


def _check_names(path: str, modules: Mapping[str, str]) -> None:
    """Refuse a name that the other module doesn't export, or not in a declaration of its own."""
    for found in _IMPORT.finditer(modules[path]):
        other = _resolved(path, found["path"])
        given = {export["name"] for export in _EXPORT.finditer(modules[other])}
        taken = {each.partition(" as ")[0].strip() for each in (found["names"] or "").split(",")} - {""}
        if missing := taken - given:
            raise ValueError(f"{path} imports {', '.join(sorted(missing))}, but {other} has no export of it alone.")


def _imported(path: str, text: str) -> Iterator[str]:
    return (_resolved(path, found["path"]) for found in _IMPORT.finditer(text))


def _resolved(path: str, imported: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), imported))


def _scope(path: str, text: str) -> str:
    imports = "".join(_taken(path, found) for found in _IMPORT.finditer(text))
    body = _IMPORT.sub("", text)
    exports = [found["name"] for found in _EXPORT.finditer(body)]
    body = _EXPORT.sub("", body)
    if other := _OTHER.search(body):
        raise ValueError(f"{path}: {other[0]!r} is no plain import or export.")
    return _SCOPE.format(path=path, name=_name(path), imports=imports, body=body, exports=", ".join(exports))


def _taken(path: str, found: re.Match[str]) -> str:
    """Return the names that a module takes from another one; an import without names only orders the two."""
    if not found["names"]:
        return ""
    names = found["names"].replace(" as ", ": ")
    return f"const {{{names}}} = {_name(_resolved(path, found['path']))};\n"


def _name(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path.removesuffix(".js"))

"""ComfyUI's canvas as the graph that it would run: links followed, subgraphs opened, bypassed nodes passed."""

from collections.abc import Mapping
from typing import Any

from backend.restore.comfyui.scope import Room, Scope, Subgraphs

_MOST_DEPTH = 8


def graph_of_canvas(canvas: Any, most: int) -> dict[str, Any] | None:
    """Return the graph of the API for a canvas of at most `most` nodes with its subgraphs', or None where it isn't one.

    Read by ComfyUI's `workflow_json` 0.4 and 1.0 and by what its templates are since December 2025: subgraphs stand in
    `definitions.subgraphs`, and their instances are nodes whose type is the subgraph's id.
    """
    if not isinstance(canvas, dict) or not isinstance(canvas.get("links"), list):
        return None
    room = Room(most)
    scope = Scope.over(canvas, _subgraphs(canvas), room)
    if scope is None or room.over:
        return None
    graph: dict[str, Any] = {}
    _add(graph, scope, 0)
    return None if room.over else graph


def _subgraphs(canvas: Mapping[str, Any]) -> Subgraphs:
    definitions = canvas.get("definitions")
    listed = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    parts = [part for part in listed if isinstance(part, dict)] if isinstance(listed, list) else []
    return {part["id"]: part for part in parts if isinstance(part.get("id"), str)}


def _add(graph: dict[str, Any], scope: Scope, depth: int) -> None:
    for node in scope.running():
        inner = scope.opened(node) if depth < _MOST_DEPTH else None
        if inner is not None:
            _add(graph, inner, depth + 1)
        else:
            graph[scope.name(node)] = {"class_type": node["type"], "inputs": scope.inputs(node)}

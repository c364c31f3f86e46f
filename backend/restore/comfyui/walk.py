"""Walking over a graph of ComfyUI's API: from a node along its inputs, within bounds."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

MOST_NODES = 2000
_MOST_STEPS = 200

Node = Mapping[str, Any]
Graph = Mapping[str, Node]


class Walk:
    """Looks things up in a graph, never twice at the same node and never for long."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @classmethod
    def over(cls, graph: Any) -> "Walk | None":
        """Return a walk over the graph of ComfyUI's API, or None where it isn't one."""
        if not isinstance(graph, dict) or not graph or len(graph) > MOST_NODES:
            return None
        nodes = {str(key): node for key, node in graph.items() if isinstance(node, dict) and kind_of(node)}
        return cls(nodes) if nodes else None

    def upstream(self, start: Node, *names: str, until: Callable[[Node], bool] | None = None) -> Iterator[Node]:
        """Yield the nodes behind a node's inputs (only those of these names at first), nearest first.

        Nodes that `until` names are yielded, and nothing behind them.
        """
        waiting, seen, only = [start], {id(start)}, names
        for _ in range(_MOST_STEPS):
            if not waiting:
                return
            for behind in self._behind_all(waiting.pop(0), only):
                if id(behind) not in seen:
                    seen.add(id(behind))
                    yield behind
                    if until is None or not until(behind):
                        waiting.append(behind)
            only = ()

    def first(self, start: Node, names: tuple[str, ...], wanted: Callable[[Node], bool]) -> Node | None:
        """Return the first wanted node behind these inputs, following each input to its end before the next one."""
        waiting, seen, only = [start], {id(start)}, names
        for _ in range(_MOST_STEPS):
            if not waiting:
                return None
            node = waiting.pop()
            if node is not start and wanted(node):
                return node
            behind = [other for other in self._behind_all(node, only) if id(other) not in seen]
            seen.update(map(id, behind))
            waiting += reversed(behind)
            only = ()
        return None

    def _behind_all(self, node: Node, only: tuple[str, ...]) -> list[Node]:
        passed = self._untaken(node)
        values = (value for name, value in inputs_of(node).items() if (not only or name in only) and name != passed)
        return [behind for behind in map(self.behind, values) if behind is not None]

    def _untaken(self, node: Node) -> str | None:
        """Return the branch that a ComfySwitchNode (`nodes_logic.py`) leaves out, where the file says which."""
        if kind_of(node) != "ComfySwitchNode":
            return None
        switch = inputs_of(node).get("switch")
        said = self.behind(switch)
        value = inputs_of(said).get("value") if said is not None else switch
        return {True: "on_false", False: "on_true"}.get(value) if isinstance(value, bool) else None

    def behind(self, value: Any) -> Node | None:
        """Return the node that a link leads to."""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int):
            return self.graph.get(str(value[0]))
        return None


def kind_of(node: Node) -> str:
    """Return a node's class, or nothing."""
    kind = node.get("class_type")
    return kind if isinstance(kind, str) else ""


def inputs_of(node: Node) -> Mapping[str, Any]:
    """Return a node's inputs: values, and links as `[node, slot]`."""
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}

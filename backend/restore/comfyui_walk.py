"""Walking over a graph of ComfyUI's API: from a node along its inputs, within bounds."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

MOST_NODES = 2000
_MOST_STEPS = 200
_MOST_OUTPUTS = 8

Graph = Mapping[str, Any]


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

    def sampler(self) -> Mapping[str, Any] | None:
        """Return the sampler that the saved image comes from, or else the first one."""
        outputs = (node for node in self.graph.values() if kind_of(node).startswith(("SaveImage", "PreviewImage")))
        for output in islice(outputs, _MOST_OUTPUTS):
            for node in self.upstream(output):
                if _samples(node):
                    return node
        return next((node for node in self.graph.values() if _samples(node)), None)

    def upstream(self, start: Mapping[str, Any], *names: str) -> Iterator[Mapping[str, Any]]:
        """Yield the nodes behind a node's inputs (only those of these names at first), nearest first."""
        waiting = [start]
        seen: set[int] = {id(start)}
        only: tuple[str, ...] = names
        for _ in range(_MOST_STEPS):
            if not waiting:
                return
            node = waiting.pop(0)
            for name, value in inputs_of(node).items():
                behind = self.behind(value) if not only or name in only else None
                if behind is not None and id(behind) not in seen:
                    seen.add(id(behind))
                    waiting.append(behind)
                    yield behind
            only = ()

    def behind(self, value: Any) -> Mapping[str, Any] | None:
        """Return the node that a link leads to."""
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str | int):
            node: Mapping[str, Any] | None = self.graph.get(str(value[0]))
            return node
        return None

    def value(self, node: Mapping[str, Any], *names: str) -> Any:
        """Return the first of these inputs that has a value, following links to the node that says it."""
        for name in names:
            value = inputs_of(node).get(name)
            for _ in range(8):
                behind = self.behind(value)
                if behind is None:
                    break
                inputs = inputs_of(behind)
                said = ("value", "text", "string", "seed", "noise_seed", "int", "float", name)
                value = next((inputs[key] for key in said if inputs.get(key) is not None), None)
            if value is not None and not isinstance(value, list | dict):
                return value
        return None


def _samples(node: Mapping[str, Any]) -> bool:
    return "Sampler" in kind_of(node) and bool({"model", "guider"} & set(inputs_of(node)))


def kind_of(node: Mapping[str, Any]) -> str:
    """Return a node's class, or nothing."""
    kind = node.get("class_type")
    return kind if isinstance(kind, str) else ""


def inputs_of(node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a node's inputs: values, and links as `[node, slot]`."""
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}

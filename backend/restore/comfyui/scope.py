"""A level of a canvas: its nodes and links, and the instance of a subgraph that it lies in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.restore.comfyui.links import Link, entries, links_of
from backend.restore.comfyui.widgets import named_widgets, widgets_of

Subgraphs = Mapping[str, Mapping[str, Any]]
_MUTED, _BYPASSED = 2, 4
"""Modes of a node (`LGraphEventMode` of litegraph): muted ones don't run, bypassed ones hand their inputs on."""
_FROM_OUTSIDE = "-10"
"""The id that a subgraph's links give its inputs; its outputs have -20."""
_MOST_HOPS = 40
_DRAWN_THROUGH = ("Reroute", "Reroute (rgthree)")


@dataclass(slots=True)
class Room:
    """How many nodes may still be looked at; subgraphs within subgraphs grow fast."""

    left: int

    @property
    def over(self) -> bool:
        """Whether more were there."""
        return self.left < 0


@dataclass(slots=True)
class Scope:
    """A level's nodes by id, its links by number, and the level outside with the node there that it is opened from."""

    nodes: Mapping[str, Mapping[str, Any]]
    links: Mapping[Any, Link]
    subgraphs: Subgraphs
    room: Room
    prefix: str = ""
    outside: "Scope | None" = None
    instance: Mapping[str, Any] = field(default_factory=dict)
    definition: Mapping[str, Any] = field(default_factory=dict)
    inner: "dict[str, Scope | None]" = field(default_factory=dict)

    @classmethod
    def over(cls, level: Mapping[str, Any], subgraphs: Subgraphs, room: Room, **where: Any) -> "Scope | None":
        """Return a level's scope; None where it has no nodes, or there are more than there is room for."""
        nodes = level.get("nodes")
        if not isinstance(nodes, list) or room.over:
            return None
        room.left -= len(nodes)
        if room.over:
            return None
        known = [node for node in nodes if isinstance(node, dict) and isinstance(node.get("type"), str)]
        return cls({str(node.get("id")): node for node in known}, links_of(level), subgraphs, room, **where)

    def running(self) -> Iterator[Mapping[str, Any]]:
        """Yield the nodes that run."""
        yield from (node for node in self.nodes.values() if node.get("mode") not in (_MUTED, _BYPASSED))

    def name(self, node: Mapping[str, Any]) -> str:
        """Return a node's id in the graph: behind those of the instances that it lies in, as the API has it."""
        return f"{self.prefix}{node.get('id')}"

    def opened(self, node: Mapping[str, Any]) -> "Scope | None":
        """Return the level inside a node, where it is an instance of a subgraph."""
        key, definition = str(node.get("id")), self.subgraphs.get(node["type"])
        if definition is not None and key not in self.inner:
            where = {"prefix": f"{self.name(node)}:", "outside": self, "instance": node, "definition": definition}
            self.inner[key] = Scope.over(definition, self.subgraphs, self.room, **where)
        return self.inner.get(key)

    def inputs(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Return a node's inputs as the API has them: its widgets, what its instance sets, and links."""
        given = widgets_of(node) | self._set_from_outside(node)
        for entry in entries(node, "inputs"):
            value = self._source(entry.get("link"))
            if value is not None and isinstance(entry.get("name"), str):
                given[entry["name"]] = value
        return given

    def _set_from_outside(self, node: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for (key, name), value in self._promoted().items() if key == str(node.get("id"))}

    def _promoted(self) -> dict[tuple[str, str], Any]:
        """Return the widgets that the instance shows and sets, by the inner node ("-1" for the subgraph's own inputs).

        `properties.proxyWidgets` names them, in the order of `widgets_values`; without it they are its own inputs.
        """
        properties, values = self.instance.get("properties"), self.instance.get("widgets_values")
        listed = properties.get("proxyWidgets") if isinstance(properties, dict) else None
        names = listed if isinstance(listed, list) else [["-1", name] for name in named_widgets(self.instance)]
        pairs = zip(names, values if isinstance(values, list) else [], strict=False)
        shown = [(pair, value) for pair, value in pairs if isinstance(pair, list) and len(pair) == 2]
        return {(str(pair[0]), str(pair[1])): value for pair, value in shown if value is not None}

    def _source(self, number: Any) -> Any:
        """Return what a link brings: `[node, slot]`, or a value that is set outside; None where nothing comes."""
        place = self._at(self.links.get(number)) if isinstance(number, str | int) else None
        for _ in range(_MOST_HOPS):
            if not isinstance(place, _Place):
                return place
            place = place.scope._before(place.link)
        return None

    def _at(self, link: Link | None) -> "_Place | None":
        return _Place(self, link) if link is not None else None

    def _before(self, link: Link) -> Any:
        """Return where a link's value comes from: a place further up, or the value itself."""
        if link.origin == _FROM_OUTSIDE:
            return self._from_outside(link)
        node = self.nodes.get(link.origin)
        if node is None or node.get("mode") == _MUTED:
            return None
        if node.get("mode") == _BYPASSED or node["type"] in _DRAWN_THROUGH:
            return self._at(self._handed_on(node, link))
        inner = self.opened(node)
        return inner._at(inner._output(link.slot)) if inner is not None else _value(self, node, link)

    def _from_outside(self, link: Link) -> Any:
        """Return the link that comes into the instance at this input, or the value that the instance shows for it."""
        named = entries(self.definition, "inputs")
        name = named[link.slot].get("name") if 0 <= link.slot < len(named) else None
        numbers = [entry.get("link") for entry in entries(self.instance, "inputs") if entry.get("name") == name]
        outside = self.outside.links if self.outside is not None else {}
        into = next(
            (outside[number] for number in numbers if isinstance(number, str | int) and number in outside), None
        )
        if self.outside is not None and into is not None:
            return self.outside._at(into)
        return self._promoted().get(("-1", str(name)))

    def _output(self, slot: int) -> Link | None:
        named = entries(self.definition, "outputs")
        numbers = named[slot].get("linkIds") if 0 <= slot < len(named) else None
        number = numbers[0] if isinstance(numbers, list) and numbers else None
        return self.links.get(number) if isinstance(number, str | int) else None

    def _handed_on(self, node: Mapping[str, Any], link: Link) -> Link | None:
        """Return the link into a bypassed node whose kind is that of the link out of it."""
        numbers = [entry.get("link") for entry in entries(node, "inputs")]
        into = [self.links.get(number) for number in numbers if isinstance(number, str | int)]
        alike = [other for other in into if other and (other.kind == link.kind or len(into) == 1)]
        return alike[0] if alike else None


@dataclass(frozen=True, slots=True)
class _Place:
    """A link, and the level that it lies in."""

    scope: Scope
    link: Link


def _value(scope: Scope, node: Mapping[str, Any], link: Link) -> Any:
    """Return the link; of a PrimitiveNode, which the frontend alone knows, its value."""
    if node["type"] == "PrimitiveNode":
        return widgets_of(node).get("value")
    return [scope.name(node), link.slot]

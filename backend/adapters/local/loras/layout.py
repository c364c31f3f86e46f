"""What a LoRA file's tensors are to one another, told by their names alone: no torch, no model."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["lora", "dora", "lokr", "loha", "difference"]
KINDS: Mapping[Kind, str] = {
    "lora": "LoRA",
    "dora": "DoRA",
    "lokr": "LoKr",
    "loha": "LoHa",
    "difference": "full differences",
}

_ADAPTER = r"(?:\.(?!bias$)[\w-]+){0,2}"
"""`.weight`, and before it the name that PEFT gave the adapter."""
_PARTS: Mapping[str, str] = {
    "A": rf"lora_A{_ADAPTER}|lora_down(?:\.weight)?|lora\.down(?:\.weight)?|lora_linear_layer\.down\.weight",
    "B": rf"lora_B{_ADAPTER}|lora_up(?:\.weight)?|lora\.up(?:\.weight)?|lora_linear_layer\.up\.weight",
    "magnitude": rf"dora_scale|lora_magnitude_vector{_ADAPTER}",
    "alpha": "alpha",
    "w1": r"lokr_w1(?:\.default)?",
    "w1_a": r"lokr_w1_a(?:\.default)?",
    "w1_b": r"lokr_w1_b(?:\.default)?",
    "w2": r"lokr_w2(?:\.default)?",
    "w2_a": r"lokr_w2_a(?:\.default)?",
    "w2_b": r"lokr_w2_b(?:\.default)?",
    "h1_a": r"hada_w1_a(?:\.default)?",
    "h1_b": r"hada_w1_b(?:\.default)?",
    "h2_a": r"hada_w2_a(?:\.default)?",
    "h2_b": r"hada_w2_b(?:\.default)?",
    "weight": r"diff|w_norm",
    "bias": r"diff_b|b_norm",
}
"""What a tensor is, by the end of its name: PEFT's, kohya's, diffusers', LyCORIS' and ComfyUI's."""
_NAME = re.compile(rf"(?P<module>.+?)\.(?:{'|'.join(f'(?P<{part}>{ends})' for part, ends in _PARTS.items())})")
_FORMS: tuple[tuple[Kind, tuple[str, ...], tuple[str, ...]], ...] = (
    ("dora", ("A", "B", "magnitude"), ("alpha",)),
    ("lora", ("A", "B"), ("alpha",)),
    ("lokr", ("w1", "w2"), ("alpha",)),
    ("lokr", ("w1", "w2_a", "w2_b"), ("alpha",)),
    ("lokr", ("w1_a", "w1_b", "w2"), ("alpha",)),
    ("lokr", ("w1_a", "w1_b", "w2_a", "w2_b"), ("alpha",)),
    ("loha", ("h1_a", "h1_b", "h2_a", "h2_b"), ("alpha",)),
    ("difference", ("weight",), ()),
    ("difference", ("bias",), ()),
)
"""A kind of change by the parts that it must have, and those that it may."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a file holds for one of its modules: the names of its tensors by what they are."""

    module: str
    kind: Kind
    keys: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's pieces, and the names that belong to none of them."""

    pieces: tuple[Piece, ...]
    unused: tuple[str, ...]

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return what kinds of changes there are."""
        return frozenset(piece.kind for piece in self.pieces)


def lay_out(names: Iterable[str]) -> Layout:
    """Sort a file's tensors, by their names, into what they are; each is in a piece or in what is unused."""
    modules: dict[str, dict[str, str]] = defaultdict(dict)
    unused: list[str] = []
    for name in names:
        found = _NAME.fullmatch(name)
        part = found and found.lastgroup
        if found and part and part not in modules[found["module"]]:
            modules[found["module"]][part] = name
        else:
            unused.append(name)
    pieces: list[Piece] = []
    for module, parts in modules.items():
        pieces += _pieces(module, parts)
        unused += parts.values()
    return Layout(tuple(pieces), tuple(unused))


def _pieces(module: str, parts: dict[str, str]) -> Iterator[Piece]:
    """Yield the changes that the parts make up, and take those out; of factors, which share an alpha, one kind."""
    factored = False
    for kind, must, may in _FORMS:
        if all(part in parts for part in must) and not (factored and kind != "difference"):
            factored = True
            yield Piece(module, kind, {part: parts.pop(part) for part in (*must, *may) if part in parts})

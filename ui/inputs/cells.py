"""The inputs of the settings' sheet, each made from a field of a pydantic type: its kind, range, words and default."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from pydantic.fields import FieldInfo

from backend.domain.field_notes import Switch, Within, note_of
from backend.domain.parts import RANDOM_SEED
from backend.domain.request_fields import choices_of, kind_of
from backend.domain.requests import IN_DIGITS
from backend.domain.schedulers import USUAL_SCHEDULERS
from ui.inputs.part_list import entries_html, part_of
from ui.inputs.widgets import bounds, label_of, plain

FIRST: Mapping[str, Sequence[str]] = {"scheduler": USUAL_SCHEDULERS}
"""Of a field with many choices those that its list begins with; the others stand under a heading behind them."""
OTHERS = "All others"
LONG_TEXT = 200
"""Texts whose limit is above this many characters get several lines."""
_CELL = Markup(
    '<div class="cell" id="{at}" data-cell="{key}" data-kind="{kind}" data-within="{within}" data-idle="{idle}"'
    "{hidden}>{head}{box}</div>"
)
_SWITCH = Markup(
    '<label class="check"><input id="{at}-switch" type="checkbox" data-on="{on:g}" data-off="{default:g}"{told}>'
    '<span>{title}</span></label>{about}<div class="cell switched"><label for="{at}-box">{label}</label>{box}</div>'
)
_HEAD = Markup('<label for="{at}-box">{label}</label>{about}')
_ABOUT = Markup('<p class="about" id="{at}-about">{about}</p>')
_CHECK = Markup(
    '<label class="check"><input id="{at}-box" type="checkbox"{checked}{told}><span>{label}</span></label>{about}'
)
_NUMBER = Markup('<input id="{at}-box" type="number" min="{least}" max="{most}" step="{step}" value="{value}"{told}>')
_RANGE = Markup('<input type="range" min="{least}" max="{most}" step="{step}" value="{value}" aria-label="{label}">')
_SELECT = Markup('<select id="{at}-box"{told}>{options}</select>')
_TEXT = Markup('<input id="{at}-box" type="text" value="{value}"{told}>')
_RANDOM = Markup(' placeholder="{}"').format("random")
_DAY = Markup('<input id="{at}-box" type="date">')
_AMOUNT = Markup('<input id="{at}-box" type="text" inputmode="decimal">')
_SIDES = Markup('<fieldset class="sides"><legend>{label}</legend>{sides}</fieldset>')
_SIDE = Markup('<label><input type="radio" name="{at}" value="{value}"{checked}><span>{label}</span></label>')
_LINES = Markup('<textarea id="{at}-box" rows="{lines}"{told}>{value}</textarea>')
_OTHERS = Markup('<optgroup label="{label}">{options}</optgroup>')
_OPTION = Markup('<option value="{value}"{selected}>{label}</option>')


@dataclass(frozen=True, slots=True)
class Cell:
    """One input: the name of its value, what it begins with, and its HTML."""

    key: str
    value: object
    html: Markup


def cell(key: str, name: str, info: FieldInfo, *, fitted: Mapping[str, object] | None = None, prefix: str = "") -> Cell:
    """Make the input of a field, changed as `fitted` says; `prefix` keeps a backend's own options apart in ids."""
    changes, at = dict(fitted or {}), f"{prefix}{name}"
    default = changes.get("value", plain(None if info.is_required() else info.get_default(call_default_factory=True)))
    about = changes.get("info", info.description)
    part = part_of(info)
    if part and "lines" not in changes:
        box = entries_html(info, part)
        return _made(key, default, {"at": at, "kind": "entries", "head": "", "box": box}, changes)
    parts = {"at": at, "label": label_of(name, info), "told": _told(at, about)}
    if name in IN_DIGITS and default == RANDOM_SEED:
        default, parts["told"] = "", parts["told"] + _RANDOM
    parts["about"] = _ABOUT.format(at=at, about=about) if about else ""
    kind, box = _box(name, info, default, {**parts, **changes})
    head = "" if kind == "check" else _HEAD.format(**parts)
    if switch := note_of(info, Switch):
        kind, head, box = "switched", Markup(""), _switched(switch, default, box, parts)
    blank = default is None or (kind == "lines" and not default)
    value = "" if blank else str(default) if kind in ("text", "lines") else default
    within = note_of(info, Within)
    idle = {"within": within.of, "idle": "yes"} if within else {}
    return _made(key, value, {"at": at, "kind": kind, "head": head, "box": box, **idle}, changes)


def select(key: str, label: str, about: str, choices: Mapping[str, str], *, at: str, value: str | None = None) -> Cell:
    """Make a choice that is no field's own: `choices` has labels by value; it begins with `value`, or the first."""
    said = _ABOUT.format(at=at, about=about) if about else ""
    parts = {"at": at, "label": label, "about": said, "told": _told(at, about)}
    value = next(iter(choices)) if value is None else value
    box = _SELECT.format(options=_options(choices.items(), value), **parts)
    return _made(key, value, {"at": at, "kind": "choice", "head": _HEAD.format(**parts), "box": box}, {})


def number(key: str, label: str, value: int, *, step: int, at: str) -> Cell:
    """Make a whole number that is no field's own; its ends are the check's of the request."""
    parts = {"at": at, "label": label, "about": "", "told": "", "least": "", "most": "", "step": step, "value": value}
    return _made(key, value, {"at": at, "kind": "number", "head": _head(at, label), "box": _NUMBER.format(**parts)}, {})


def check(key: str, label: str, *, at: str, checked: bool) -> Cell:
    """Make a yes or no that is no field's own."""
    box = _CHECK.format(at=at, label=label, about="", told="", checked=Markup(" checked") if checked else "")
    return _made(key, checked, {"at": at, "kind": "check", "head": "", "box": box}, {})


def line(key: str, label: str, value: str, *, at: str, placeholder: str = "") -> Cell:
    """Make a line of text that is no field's own; its label is for those who hear the page."""
    told = Markup(' aria-label="{}" placeholder="{}"').format(label, placeholder)
    box = _TEXT.format(at=at, value=value, told=told)
    return _made(key, value, {"at": at, "kind": "text", "head": "", "box": box}, {})


def day(key: str, label: str, *, at: str) -> Cell:
    """Make a date, year-month-day, that begins empty."""
    return _made(key, "", {"at": at, "kind": "text", "head": _head(at, label), "box": _DAY.format(at=at)}, {})


def amount(key: str, label: str, *, at: str) -> Cell:
    """Make an amount of money, as text, since people write it in several ways; it begins empty."""
    return _made(key, "", {"at": at, "kind": "text", "head": _head(at, label), "box": _AMOUNT.format(at=at)}, {})


def switch(key: str, label: str, choices: Mapping[str, str], *, at: str) -> Cell:
    """Make a choice of few that all stand there, labels by value; it begins with the first."""
    value = next(iter(choices))
    sides = (
        _SIDE.format(at=at, value=each, label=said, checked=Markup(" checked") if each == value else "")
        for each, said in choices.items()
    )
    box = _SIDES.format(label=label, sides=Markup("").join(sides))
    return _made(key, value, {"at": at, "kind": "sides", "head": "", "box": box}, {})


def _head(at: str, label: str) -> Markup:
    return _HEAD.format(at=at, label=label, about="")


def _made(key: str, value: object, parts: Mapping[str, object], changes: Mapping[str, object]) -> Cell:
    hidden = Markup("") if changes.get("visible", True) else Markup(" hidden")
    return Cell(key, value, _CELL.format(**{"within": "", "idle": "", **parts, "key": key, "hidden": hidden}))


def _switched(switch: Switch, default: object, box: Markup, parts: Mapping[str, object]) -> Markup:
    """Return a switch with a number's input under it, which is seen only while it is on."""
    return _SWITCH.format(**parts, title=switch.title, on=switch.on, default=default, box=box)


def _box(name: str, info: FieldInfo, default: object, parts: Mapping[str, Any]) -> tuple[str, Markup]:
    """Return the kind of a field's input, and its HTML."""
    kind = kind_of(info)
    if choices := parts.get("choices") or choices_of(info):
        blank = [("", "")] if default is None else []
        usual = FIRST.get(name, ())
        first = [*blank, *((choice, choice) for choice in choices if choice in usual or not usual)]
        options = _options(first, default) + _others(
            [choice for choice in choices if usual and choice not in usual], default
        )
        return "choice", _SELECT.format(options=options, **parts)
    if kind is bool:
        return "check", _CHECK.format(checked=Markup(" checked") if default else "", **parts)
    if kind in (int, float) and name not in IN_DIGITS:
        return "number", _number(info, default, parts)
    if kind is str or name in IN_DIGITS:
        long = (_most_characters(info) or 0) > LONG_TEXT
        made = _LINES.format(lines=3, value=default or "", **parts) if long else _text(default, parts)
        return "lines" if long else "text", made
    return "lines", _LINES.format(value=default or "", **parts)


def _text(default: object, parts: Mapping[str, object]) -> Markup:
    return _TEXT.format(value="" if default is None else default, **parts)


def _number(info: FieldInfo, default: object, parts: Mapping[str, object]) -> Markup:
    least, most = (parts.get(name, end) for name, end in zip(("minimum", "maximum"), bounds(info), strict=True))
    whole = kind_of(info) is int
    between = least is not None and most is not None and default is not None
    how = {
        **parts,
        "least": "" if least is None else least,
        "most": "" if most is None else most,
        "step": 1 if whole else 0.05 if between else "any",
        "value": "" if default is None else f"{default:g}",
    }
    made = _NUMBER.format(**{**how, "step": 1 if whole else "any"})
    return made + _RANGE.format(**how) if between else made


def _options(choices: Iterable[tuple[object, object]], chosen: object) -> Markup:
    made = (
        _OPTION.format(value=value, label=label, selected=Markup(" selected") if value == chosen else "")
        for value, label in choices
    )
    return Markup("").join(made)


def _others(choices: Sequence[str], chosen: object) -> Markup:
    """Return the choices that stand behind the usual ones."""
    if not choices:
        return Markup("")
    return _OTHERS.format(label=OTHERS, options=_options(((choice, choice) for choice in choices), chosen))


def _told(at: str, about: object) -> Markup:
    return Markup(' aria-describedby="{}-about"').format(at) if about else Markup("")


def _most_characters(info: FieldInfo) -> int | None:
    return next((found for part in info.metadata if (found := getattr(part, "max_length", None)) is not None), None)

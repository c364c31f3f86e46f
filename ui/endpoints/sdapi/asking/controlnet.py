"""ControlNet's units, as the extension's API has them, and what may stand in A1111's menus of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from backend.domain.capabilities import Capabilities
from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import Preprocess
from backend.restore.preprocessors import preprocess_of
from ui.endpoints.sdapi.asking.body import Unit, read_body
from ui.endpoints.sdapi.asking.canvas import CROP, LATENT, RESIZE_NAMES, STRETCH, brought
from ui.endpoints.sdapi.asking.pictures import Keep, Sent, Values, sent_picture
from ui.endpoints.sdapi.asking.scripts import CONTROLNET, arguments_of
from ui.serving.uploads import Kept

VERSION = 2
"""Of the extension's API: units are objects with these names since version 2 (`scripts/external_code.py`)."""
MODEL = "Z-Image-Turbo-Fun-Controlnet-Union"
_MODULES: Mapping[str, Preprocess] = {"none": "none", "canny": "canny", "depth": "depth", "openpose": "pose"}
_TYPES: Mapping[str, str] = {"canny": "Canny", "depth": "Depth", "openpose": "OpenPose"}
"""The extension's kinds of control (`scripts/enums.py`), by the preprocessor with which each begins."""
_LEADS = {0: "balanced", 1: "prompt", 2: "controlnet"}
_LEAD_NAMES = {"balanced": 0, "my prompt is more important": 1, "controlnet is more important": 2}
_OWN_LEAD = "options.controls.control_mode"
_USUAL_RESOLUTIONS = (-1, 64, 512)
_NONE = ("", "none")
_UNASKED_LEVELS = (64.0, 64.0)
"""webuiapi's thresholds of any unit, which mean nothing to canny: they are equal."""


@dataclass(slots=True)
class Controlled:
    """The controls of a request by the names of `Control`, the backend's own options of them, and notes."""

    controls: list[Values] = field(default_factory=list)
    options: list[JsonValue] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def modules(can: Capabilities) -> list[str]:
    """Return the preprocessors that a backend has, by the extension's names."""
    if not can.most_controls:
        return ["none"]
    return [name for name, kind in _MODULES.items() if f"preprocess={kind}" not in can.reasons]


def models(can: Capabilities) -> list[str]:
    """Return the one model, where a backend has it."""
    return [MODEL] if can.most_controls else []


def control_types(can: Capabilities) -> dict[str, JsonValue]:
    """Return what the extension's menus offer for each kind of control, and for all of them, by its names of those."""
    if not can.most_controls:
        return {}
    known, weights = modules(can), ["None", *models(can)]
    own = {label: _menu(["none", name], name, weights, MODEL) for name, label in _TYPES.items() if name in known}
    return {"All": _menu(known, "none", weights, "None"), **own}


def _menu(module_list: list[str], module: str, model_list: list[str], model: str) -> JsonValue:
    return {
        "module_list": [*module_list],
        "model_list": [*model_list],
        "default_option": module,
        "default_model": model,
    }


def controlled(
    scripts: Mapping[str, JsonValue], can: Capabilities, keep: Keep, *, size: tuple[int, int] | None, start: Sent | None
) -> Controlled:
    """Return the controls of a body's `alwayson_scripts`; raise `InvalidRequest` for a wrong unit.

    `size` (width, height) is what is drawn, where that is known; `start` is the picture that is drawn over, which a
    unit without one of its own follows.
    """
    found = Controlled()
    for place, unit in _units(scripts):
        if unit.enabled:
            _add(found, unit, f"{place}.", can)
            found.controls[-1]["image"] = _image(unit, place, keep, size, start)
    if not any(found.options):
        found.options.clear()
    return found


def _units(scripts: Mapping[str, JsonValue]) -> list[tuple[str, Unit]]:
    """Return every unit with its place in the body."""
    return [(place, read_body(Unit, values, place)) for place, values in arguments_of(scripts, CONTROLNET)]


def _add(found: Controlled, unit: Unit, place: str, can: Capabilities) -> None:
    kind = preprocess_of(unit.module)
    if kind is None:
        known = ", ".join(modules(can))
        raise InvalidRequest([Problem(f"{place}module", f"is {unit.module[:60]!r}; choose one of {known}.")])
    control: Values = {"preprocess": kind, "scale": unit.weight}
    control |= {"start": unit.guidance_start, "end": unit.guidance_end}
    if kind == "canny":
        levels = (unit.threshold_a, unit.threshold_b)
        named = zip(("low_threshold", "high_threshold"), levels, strict=True)
        control |= {name: round(level) for name, level in named if level >= 0 and levels != _UNASKED_LEVELS}
    found.controls.append(control)
    found.options.append(_own_options(found, unit, place, can))
    _tell(found, unit, place)


def _own_options(found: Controlled, unit: Unit, place: str, can: Capabilities) -> dict[str, JsonValue]:
    """Return who leads, prompt or control, where a backend takes that."""
    lead = _choice(unit.control_mode, _LEAD_NAMES, f"{place}control_mode")
    if not lead:
        return {}
    if _OWN_LEAD in can.takes:
        return {"control_mode": _LEADS[lead]}
    found.notes.append(f"`{place}control_mode` acts with guidance for picture and prompt apart, which isn't here.")
    return {}


def _tell(found: Controlled, unit: Unit, place: str) -> None:
    """Name what a unit asks for that means nothing here."""
    if unit.model.casefold() not in _NONE and unit.model != MODEL:
        found.notes.append(f"`{place}model` {unit.model[:60]!r} isn't made for this model: {MODEL} was taken.")
    if unit.processor_res not in _USUAL_RESOLUTIONS:
        found.notes.append(f"`{place}processor_res` has no effect: maps are made at the size that is drawn.")
    if unit.mask:
        found.notes.append(f"`{place}mask` has no effect: a control acts everywhere.")


def _image(unit: Unit, place: str, keep: Keep, size: tuple[int, int] | None, start: Sent | None) -> Kept:
    """Return the unit's picture; where it isn't cut to the size as our own controls are, brought to it as it says."""
    field_name = f"{place}.image"
    given = unit.image if unit.image is not None else unit.input_image
    if isinstance(given, dict):  # The extension's Gradio form: a picture with a mask drawn over it.
        given = given.get("image")
    if given in (None, "") and start is None:
        raise InvalidRequest([Problem(field_name, "is missing; send the picture that is to be followed.")])
    sent = start if given in (None, "") and start else sent_picture(given, field_name)
    mode = _choice(unit.resize_mode, RESIZE_NAMES, f"{place}.resize_mode")
    if size is not None and mode != CROP and (picture := sent.opened()).size != size:
        sent = sent.changed(brought(picture, size, mode))
    return keep(sent.content, sent.field)


def _choice(given: int | str, names: Mapping[str, int], place: str) -> int:
    """Read a choice, a number or the words of the extension's form."""
    number = names.get(given.strip().casefold()) if isinstance(given, str) else given
    if isinstance(given, str) and given.strip() in {str(known) for known in names.values()}:
        number = int(given)
    if number is None or not STRETCH <= number < LATENT:
        words = ", ".join(dict.fromkeys(names))
        raise InvalidRequest([Problem(place, f"is {str(given)[:60]!r}; choose one of {words}.")])
    return number

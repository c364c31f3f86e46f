"""`alwayson_scripts`: the arguments of those two that are known here, and why another one is refused."""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import JsonValue

from backend.domain.errors import InvalidRequest, Problem

CONTROLNET, ADETAILER = "ControlNet", "ADetailer"
MOST_ARGUMENTS = 10
"""Of a script, that are read: units of ControlNet or details; a backend takes fewer."""


def check_scripts(scripts: Mapping[str, JsonValue]) -> None:
    """Raise `InvalidRequest` for a script that isn't here, unless it is off."""
    known = [name.casefold() for name in (CONTROLNET, ADETAILER)]
    why = f"isn't here; {CONTROLNET} and {ADETAILER} are such scripts. Take it out."
    problems = [
        Problem(_place(name), why)
        for name, given in scripts.items()
        if name.casefold() not in known and not _is_off(_arguments(given))
    ]
    if problems:
        raise InvalidRequest(problems)


def arguments_of(scripts: Mapping[str, JsonValue], script: str) -> Iterator[tuple[str, JsonValue]]:
    """Yield the arguments of a script, each with its place in the body; raise `InvalidRequest` for too many."""
    for name, given in scripts.items():
        arguments = _arguments(given)
        if name.casefold() != script.casefold() or _is_off(arguments):
            continue
        place = f"{_place(name)}.args"
        if not isinstance(arguments, list) or len(arguments) > MOST_ARGUMENTS:
            raise InvalidRequest([Problem(place, f"must be a list of at most {MOST_ARGUMENTS}.")])
        yield from ((f"{place}.{index}", values) for index, values in enumerate(arguments))


def _place(name: str) -> str:
    return f"alwayson_scripts.{name[:60]}"


def _arguments(given: JsonValue) -> JsonValue:
    return given.get("args") if isinstance(given, dict) else given


def _is_off(arguments: JsonValue) -> bool:
    """Whether a script is off: without arguments, or with the false that begins them, as webuiapi sends of its own."""
    return not arguments or (isinstance(arguments, Sequence) and arguments[0] is False)

"""Styles in the files of the field: A1111's `styles.csv`, Fooocus' JSON and InvokeAI's JSON or CSV."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from backend.domain.errors import InvalidRequest, Problem, from_validation
from backend.prompts.styles import Style

MOST_BYTES = 2**21
MOST_STYLES = 2000

StyleFormat = Literal["a1111", "fooocus", "invokeai"]
FORMATS: Mapping[StyleFormat, tuple[str, str]] = {
    "a1111": ("A1111 (CSV)", "styles.csv"),
    "fooocus": ("Fooocus (JSON)", "fooocus-styles.json"),
    "invokeai": ("InvokeAI (JSON)", "invokeai-styles.json"),
}
"""What each kind of file is called on the page, and on disk."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: its styles, and one sentence for each entry that was left out."""

    styles: tuple[Style, ...]
    left_out: tuple[str, ...]


def read_styles(content: bytes) -> Imported:
    """Read a style file of any of the three kinds, told by its content; raise `InvalidRequest` for another file."""
    if len(content) > MOST_BYTES:
        raise InvalidRequest([Problem("file", f"has {len(content)} bytes; a style file has at most {MOST_BYTES}.")])
    text = content.decode("utf-8-sig", errors="replace").lstrip()
    entries = list(_from_json(text) if text[:1] in ("[", "{") else _from_csv(text))
    if len(entries) > MOST_STYLES:
        raise InvalidRequest([Problem("file", f"has {len(entries)} styles; at most {MOST_STYLES} are read.")])
    styles: dict[str, Style] = {}
    left_out = []
    for entry in entries:
        try:
            style = Style(**{name: value for name, value in entry.items() if value is not None})
        except (ValidationError, TypeError) as error:
            left_out.append(f"{str(entry.get('name'))[:60]!r}: {_reason(error)}")
            continue
        if style.name in styles:
            left_out.append(f"{style.name!r}: the name stands in the file twice; the last one counts.")
        styles[style.name] = style
    return Imported(tuple(styles.values()), tuple(left_out))


def write_styles(styles: Sequence[Style], style_format: StyleFormat) -> str:
    """Return a file's text: CSV for `a1111`, JSON for the others. Groups are ours alone and are left out."""
    if style_format == "a1111":
        return _as_csv(styles)
    if style_format == "fooocus":
        return _as_json([_of_fooocus(style) for style in styles])
    return _as_json([_of_invokeai(style) for style in styles])


def _reason(error: ValidationError | TypeError) -> str:
    return str(from_validation(error)) if isinstance(error, ValidationError) else "it isn't a style"


def _from_json(text: str) -> Iterator[Mapping[str, Any]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest([Problem("file", "is no JSON that can be read; export it again.")]) from error
    entries = found if isinstance(found, list) else [found]
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise InvalidRequest([Problem("file", _NO_STYLES)])
    for entry in entries:
        inner = entry.get("preset_data")
        values = inner if isinstance(inner, dict) else entry
        prompt = values.get("positive_prompt", values.get("prompt"))
        yield {"name": entry.get("name"), "prompt": prompt, "negative_prompt": values.get("negative_prompt")}


def _from_csv(text: str) -> Iterator[Mapping[str, Any]]:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    columns = [(name or "").strip().lower() for name in _first_row(rows)]
    rows.fieldnames = columns
    prompt = next((name for name in ("prompt", "positive_prompt", "text") if name in columns), None)
    if "name" not in columns or prompt is None:
        raise InvalidRequest([Problem("file", _NO_STYLES)])
    try:
        for row in rows:
            if row["name"] and not row["name"].startswith("#"):
                yield {"name": row["name"], "prompt": row[prompt], "negative_prompt": row.get("negative_prompt")}
    except csv.Error as error:
        raise InvalidRequest([Problem("file", f"is no CSV that can be read: {error}.")]) from error


def _first_row(rows: "csv.DictReader[str]") -> Sequence[str]:
    try:
        return rows.fieldnames or ()
    except csv.Error as error:
        raise InvalidRequest([Problem("file", f"is no CSV that can be read: {error}.")]) from error


def _as_csv(styles: Sequence[Style]) -> str:
    buffer = io.StringIO(newline="")
    rows = csv.writer(buffer, lineterminator="\r\n")
    rows.writerow(("name", "prompt", "negative_prompt"))
    rows.writerows((style.name, style.prompt, style.negative_prompt) for style in styles)
    return buffer.getvalue()


def _as_json(entries: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps(entries, indent=2, ensure_ascii=False) + "\n"


def _of_fooocus(style: Style) -> dict[str, Any]:
    return {"name": style.name, "prompt": style.prompt, "negative_prompt": style.negative_prompt}


def _of_invokeai(style: Style) -> dict[str, Any]:
    prompts = {"positive_prompt": style.prompt, "negative_prompt": style.negative_prompt}
    return {"name": style.name, "type": "user", "preset_data": prompts}


_NO_STYLES = "holds no styles: give a styles.csv, a Fooocus style list or InvokeAI's style presets."

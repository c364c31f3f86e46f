"""What a request asks of Gradio, read off its path, and which of Gradio's routes this playground keeps shut."""

import re
from os.path import normpath
from typing import Literal

Kind = Literal["page", "file", "result", "result's file", "room's file"]
"""The playground's page, a visitor's file, the page of a result link, a picture of one, what a room's members fetch."""
FOR_ANYBODY: tuple[Kind, ...] = ("result", "result's file")
"""What is the same for whoever asks, so that nobody needs a cookie for it."""

_PREFIX = re.compile(r"^/+(gradio_api/+)?")
_SHUT = re.compile(
    r"(proxy=|deep_link|runs(/|$)|run-history|monitoring|profiling|vibe-|undo-vibe|stream/|process_recording|dev/)"
)
"""An open proxy, forms saved to disk with their passwords, everybody's statistics, code editing, and what is unused."""

_FILE = re.compile(r"file[=/](?P<path>.*)", re.DOTALL)
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]+:/|\s*//", re.IGNORECASE)
_EVENT = re.compile(r"(queue/join|call/|run/|api/|component_server|reset|cancel|mcp/?$)")

_PROGRAM = re.compile(r"/(?P<form>v1|sdapi|controlnet|queue/status$)(/|$)")
"""What programs of others' making speak, at the root of the host: OpenAI's API, and A1111's with an extension of it."""
_SIGNED = "/v1/images/files/"
_WORDS_ALONE = re.compile(r"/v1/(images/generations|models)")

_RESULT = re.compile(r"/result/[^/]+(?P<file>/.+)?", re.DOTALL)

_ROOM = "/room/"

_LINE = re.compile(r"heartbeat/(?P<page>[^/]+)/?$")
_BEGINS = re.compile(r"(queue/join|call/)")


def route(path: str) -> str:
    """Return the path within Gradio's routes, without its prefix."""
    return _PREFIX.sub("", path, count=1)


def is_shut(path: str) -> bool:
    """Whether it asks for a route that nobody needs here, or through us for an address on the net."""
    asked = _FILE.match(route(path))
    return "\0" in path or bool(_SHUT.match(route(path)) or (asked and _ADDRESS.match(asked["path"])))


def file_path(path: str) -> str | None:
    """Return the file that is asked for, its dots resolved, or None for any other request."""
    asked = _FILE.match(route(path))
    return None if asked is None else normpath(asked["path"])


def kind_of(path: str) -> Kind:
    """Return what the answer is, by which a browser is told what it may do with it."""
    if file_path(path) is not None:
        return "file"
    shared = _RESULT.fullmatch(path)
    if shared is None:
        return "room's file" if path.startswith(_ROOM) else "page"
    return "result's file" if shared["file"] else "result"


def is_upload(path: str) -> bool:
    """Whether it brings files."""
    return route(path).rstrip("/") == "upload"


def begins_event(method: str, path: str) -> bool:
    """Whether the answer names an event that goes on by itself."""
    return method == "POST" and _BEGINS.match(route(path)) is not None


def page_of_line(method: str, path: str) -> str | None:
    """Return the page session whose line this is, which it keeps for as long as it is open; None for anything else."""
    line = _LINE.match(route(path)) if method == "GET" else None
    return None if line is None else line["page"]


def program_form(path: str) -> str | None:
    """Return whose form a program's path is in: `v1` (OpenAI's) or `sdapi` (A1111's); None for any other path."""
    asked = _PROGRAM.match(path)
    return None if asked is None else "v1" if asked["form"] == "v1" else "sdapi"


def is_signed(path: str) -> bool:
    """Whether the address itself is the secret, so that any site's page may show what is there."""
    return path.startswith(_SIGNED)


def brings_pictures(path: str) -> bool:
    """Whether it may bring files, alone or within a program's request."""
    return is_upload(path) or (program_form(path) is not None and _WORDS_ALONE.match(path) is None)


def is_event(path: str) -> bool:
    """Whether it sets something going."""
    return _EVENT.match(route(path)) is not None

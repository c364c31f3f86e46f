"""A run's orders as programs: OpenAI's own clients, in Python and JavaScript, and curl. No key is ever in them."""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.adapters.openai.mapping import SPREAD
from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import paid_for
from backend.domain.exchanges import Exchange
from backend.domain.parts import SAFE_INTEGER
from backend.domain.providers import facts_of
from backend.domain.records import Run

_SHOWN = re.compile(r"data:image/png;base64,<image \d{1,3}, \d+ bytes>")
_FILES = {
    "image": "image.png: the image at {size}; one of another size makes another picture.",
    "mask": "mask.png: the same image, transparent where it is painted anew.",
}
_COMPOSED = "What comes is the server's own picture; the playground puts what the mask keeps back into it."
_PYTHON = '''"""Makes the run again with OpenAI's client: orders each picture once, and saves picture-1.png and so on.

Needs `pip install openai`, and the key in {variable}, where the server wants one. Started again, it orders, and
pays, again.
{notes}"""

import base64
import os
import pathlib
import sys

from openai import OpenAI, OpenAIError

ORDERS = {orders}

client = OpenAI(base_url={base}, api_key=os.environ.get("{variable}") or "none", max_retries=0)
saved = 0
for number, order in enumerate(ORDERS, start=1):
    try:
        {opened}answer = client.images.{method}(**order)
        pathlib.Path(f"picture-{{number}}.png").write_bytes(base64.b64decode(answer.data[0].b64_json))
    except (OpenAIError, IndexError, TypeError) as error:
        print(f"Picture {{number}} didn't come: {{error}}", file=sys.stderr)
    else:
        print(f"picture-{{number}}.png")
        saved += 1
sys.exit(saved < len(ORDERS))
'''
_OPENED = 'files = {{name: pathlib.Path(f"{{name}}.png").open("rb") for name in {names}}}\n        '
_JAVASCRIPT = """// Makes the run again with OpenAI's client: orders each picture once; saves picture-1.png and so on.
// Needs `npm install openai`, as an .mjs file, and the key in {variable}, where the server wants one. Started again, it
// orders, and pays, again.
{notes}
import {{ {files} }} from "node:fs/promises";
import OpenAI{to_file} from "openai";

const orders = {orders};

const client = new OpenAI({{ baseURL: {base}, apiKey: process.env.{variable} || "none", maxRetries: 0 }});
let saved = 0;
for (const [index, order] of orders.entries()) {{
  const name = `picture-${{index + 1}}.png`;
  try {{
{opened}    const answer = await client.images.{method}(order);
    await writeFile(name, Buffer.from(answer.data[0].b64_json, "base64"));
    console.log(name);
    saved += 1;
  }} catch (error) {{
    console.error(`${{name}} didn't come: ${{error.message}}`);
  }}
}}
process.exit(saved < orders.length ? 1 : 0);
"""
_READ = '    order.{name} = await toFile(await readFile("{name}.png"), "{name}.png", {{ type: "image/png" }});\n'
_CURL = """#!/usr/bin/env bash
# Makes the run again: orders each picture once, and saves picture-1.png and so on. Needs bash, curl and jq, and the key
# in {variable}, where the server wants one. Started again, it orders, and pays, again.
{notes}set -uo pipefail
url={url}
# By way of a file, since other programs may read a program's arguments.
key() {{ printf 'Authorization: Bearer %s\\n' "${{{variable}:-none}}"; }}
saved=0
# Saves the picture of one order; the answer is told where there is none in it.
order() {{
  local name=$1 answer; shift
  answer=$(curl -sS "$url" -H @<(key) "$@") || return
  if printf %s "$answer" | jq -er '.data[0].b64_json' 2> /dev/null | base64 -d > "$name" && [ -s "$name" ]; then
    echo "$name"; saved=$((saved + 1))
  else
    rm -f "$name"; printf '%s\\n' "$answer" >&2
  fi
}}
{orders}[ "$saved" -eq {wanted} ]
"""


@dataclass(frozen=True, slots=True)
class _Orders:
    """What a run ordered, an order a picture, and where; `files` are the parts that are files."""

    url: str
    variable: str
    bodies: tuple[Mapping[str, Any], ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def base(self) -> str:
        """Return the address that OpenAI's clients are given."""
        return self.url.partition("/images/")[0]

    def noted(self, mark: str) -> str:
        """Return the notes, a line each."""
        return "".join(f"{mark}{note}\n" for note in self.notes)


def write_programs(run: Run, exchanges: Sequence[Exchange]) -> Iterator[tuple[str, str]]:
    """Yield the programs of a run by name; none where it ordered nothing."""
    orders = _orders(run, exchanges)
    if orders:
        yield "Python, with openai", python_code(orders)
        yield "JavaScript, with openai", javascript_code(orders)
        yield "curl", curl_code(orders)


def _orders(run: Run, exchanges: Sequence[Exchange]) -> _Orders | None:
    # Where the server said that it lacks a parameter, it was asked again without it; only what it took is told.
    paid = [each for each in paid_for(exchanges) if each.status in (None, 200)] or paid_for(exchanges)[-1:]
    sent = [each.sent for each in paid if isinstance(each.sent, dict)]
    facts = facts_of(run.backend)
    if not sent or facts is None:
        return None
    files = tuple(name for name, value in sent[0].items() if isinstance(value, str) and _SHOWN.fullmatch(value))
    bodies = tuple({name: value for name, value in body.items() if name not in files} for body in sent)
    notes = [_FILES[name].format(size=sent[0].get("size")) for name in files]
    return _Orders(paid[0].url, facts.keys[0], bodies, files, (*notes, *([_COMPOSED] if "mask" in files else [])))


def python_code(orders: _Orders) -> str:
    """Return a program for OpenAI's Python client; what it has no parameter for goes into `extra_body`."""
    opened = _OPENED.format(names=literal(orders.files, _python).replace("\n", "")) if orders.files else ""
    return _PYTHON.format(
        variable=orders.variable,
        notes=orders.noted(""),
        orders=literal([_with_extra_body(body) for body in orders.bodies], _python),
        base=text(orders.base),
        opened=opened,
        method="edit" if orders.files else "generate",
    ).replace("(**order)", "(**order, **files)" if orders.files else "(**order)")


def javascript_code(orders: _Orders) -> str:
    """Return a module for OpenAI's JavaScript client, which sends what it doesn't know as it is."""
    return _JAVASCRIPT.format(
        variable=orders.variable,
        notes=orders.noted("// "),
        files="readFile, writeFile" if orders.files else "writeFile",
        to_file=", { toFile }" if orders.files else "",
        orders=literal(list(orders.bodies), _javascript),
        base=text(orders.base),
        opened="".join(_READ.format(name=name) for name in orders.files),
        method="edit" if orders.files else "generate",
    )


def curl_code(orders: _Orders) -> str:
    """Return a bash script on curl and jq."""
    return _CURL.format(
        variable=orders.variable,
        notes=orders.noted("# "),
        url=shlex.quote(orders.url),
        orders="".join(f"order picture-{number}.png {_sent(orders, body)}\n" for number, body in _numbered(orders)),
        wanted=len(orders.bodies),
    )


def _numbered(orders: _Orders) -> Iterator[tuple[int, Mapping[str, Any]]]:
    return enumerate(orders.bodies, start=1)


def _sent(orders: _Orders, body: Mapping[str, Any]) -> str:
    if not orders.files:
        return f"-H 'Content-Type: application/json' --data-raw {shlex.quote(json.dumps(body, ensure_ascii=False))}"
    texts = (f"--form-string {shlex.quote(f'{name}={value}')}" for name, value in body.items())
    return " ".join((*texts, *(f"-F '{name}=@{name}.png;type=image/png'" for name in orders.files)))


def _with_extra_body(body: Mapping[str, Any]) -> dict[str, Any]:
    extra = {name: value for name, value in body.items() if name in SPREAD}
    plain = {name: value for name, value in body.items() if name not in SPREAD}
    return {**plain, "extra_body": extra} if extra else plain


def _python(value: Any) -> str:
    return text(value) if isinstance(value, str) else repr(value)


def _javascript(value: Any) -> str:
    large = isinstance(value, int) and abs(value) >= SAFE_INTEGER
    return text(str(value)) if large else json.dumps(value, ensure_ascii=False)

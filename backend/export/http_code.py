"""A provider's call as curl, Python (httpx) and JavaScript (fetch), made from the payload that was sent."""

import json
import re
import shlex
import uuid
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import JsonValue

from backend.exchanges import Exchange

KEYS: Mapping[str, str] = {"runware": "RUNWARE_API_KEY", "modelrunner": "MODELRUNNER_KEY"}
"""The environment variable that holds each provider's key."""
_IMAGE = re.compile(r"data:(image/\w{1,10});base64,<image (\d{1,3}), \d+ bytes>")
_UUIDS = ("taskUUID",)
_MARKS = ("metadata",)

_PYTHON = '''"""Makes the run again. Needs `pip install httpx`, and the key in {variable}."""
{imports}
import httpx
{data_uri}
body = {body}

reply = httpx.{method}(
    {url!r},
    headers={{"Authorization": "{scheme} " + os.environ["{variable}"]}},
    json=body,
    timeout=180,
)
print(reply.status_code, reply.text)
{wait}'''
_PYTHON_WAIT = """
headers = {{"Authorization": "{scheme} " + os.environ["{variable}"]}}
queued = reply.raise_for_status().json()
while httpx.get(queued["status_url"], headers=headers).json()["status"] in ("IN_QUEUE", "IN_PROGRESS"):
    time.sleep(1)
print(httpx.get(queued["response_url"], headers=headers).text)
"""
PYTHON_FILE = '''

def data_uri(path):
    """Return an image file as the text that travels in JSON."""
    kind = mimetypes.guess_type(path)[0]
    return f"data:{kind};base64," + base64.b64encode(pathlib.Path(path).read_bytes()).decode()

'''
_JAVASCRIPT = """// Makes the run again. Runs in Node 18 and later with the key in {variable}.
{imports}const body = {body};

const reply = await fetch({url}, {{
  method: "{method}",
  headers: {{
    "Content-Type": "application/json",
    Authorization: "{scheme} " + process.env.{variable},
  }},
  body: JSON.stringify(body),
}});
console.log(reply.status, await reply.text());
"""
_JAVASCRIPT_FILE = """import {{ readFile }} from "node:fs/promises";

const dataUri = async (path, kind) => `data:${{kind}};base64,${{(await readFile(path)).toString("base64")}}`;
"""


def curl_code(exchange: Exchange, backend: str) -> str:
    """Return a shell command; where images were sent, the place for each is named.

    Its task has an id that was drawn for it, so that it can be run once.
    """
    variable = KEYS.get(backend, "API_KEY")
    body = json.dumps(fresh(exchange.sent), indent=2, ensure_ascii=False).replace(_NEW, str(uuid.uuid4()))
    body = _IMAGE.sub(lambda image: f"data:{image[1]};base64,PUT-IMAGE-{image[2]}-HERE", body)
    lines = [
        f"curl -X {exchange.method} {shlex.quote(exchange.url)}",
        f'-H "Authorization: {exchange.scheme} ${variable}"',
        "-H 'Content-Type: application/json'",
        f"--data {shlex.quote(body)}",
    ]
    return " \\\n  ".join(lines) + "\n"


def python_code(exchange: Exchange, backend: str) -> str:
    """Return a Python program; its images are files named `image-1.png` and so on."""
    body, images, queued = python_literal(fresh(exchange.sent)), has_images(exchange.sent), _is_queued(exchange)
    modules = ["base64", "mimetypes", "os", "pathlib"] if images else ["os"]
    modules += ["time"] * queued + ["uuid"] * ('"taskUUID": str(uuid' in body)
    spoken = {"scheme": exchange.scheme, "variable": KEYS.get(backend, "API_KEY")}
    return _PYTHON.format(
        imports="\n".join(f"import {module}" for module in modules) + "\n",
        data_uri=PYTHON_FILE if images else "",
        body=body,
        method=exchange.method.lower(),
        url=exchange.url,
        wait=_PYTHON_WAIT.format(**spoken) if queued else "",
        **spoken,
    )


def javascript_code(exchange: Exchange, backend: str) -> str:
    """Return a JavaScript module; its images are files named `image-1.png` and so on."""
    body = json.dumps(fresh(exchange.sent), indent=2, ensure_ascii=False)
    body = re.sub(f'"{_IMAGE.pattern}"', lambda image: f'await dataUri("{_file(image)}", "{image[1]}")', body)
    body = body.replace(f'"{_NEW}"', "crypto.randomUUID()")
    return _JAVASCRIPT.format(
        imports=_JAVASCRIPT_FILE.format() if has_images(exchange.sent) else "",
        body=body,
        method=exchange.method,
        url=json.dumps(exchange.url),
        scheme=exchange.scheme,
        variable=KEYS.get(backend, "API_KEY"),
    )


def provider_of(exchange: Exchange) -> str:
    """Return the host that was asked, for the heading."""
    return urlsplit(exchange.url).netloc


_NEW = "⟦a new uuid⟧"


def fresh(value: JsonValue) -> JsonValue:
    """Return the payload with new ids, without the mark by which this playground finds its run again."""
    if isinstance(value, dict):
        return {name: _NEW if name in _UUIDS else fresh(inner) for name, inner in value.items() if name not in _MARKS}
    return [fresh(inner) for inner in value] if isinstance(value, list) else value


def has_images(value: JsonValue) -> bool:
    """Say whether a payload holds images, which its code reads from files."""
    return _IMAGE.search(json.dumps(value)) is not None


def _file(image: "re.Match[str]") -> str:
    return f"image-{image[2]}.{image[1].rpartition('/')[2].replace('jpeg', 'jpg')}"


def _is_queued(exchange: Exchange) -> bool:
    return isinstance(exchange.received, dict) and {"status_url", "response_url"} <= exchange.received.keys()


def python_literal(value: JsonValue, depth: int = 0) -> str:
    """Return JSON as a Python literal, one entry a line, with images as calls."""
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        rows = [f"{inner}{_quoted(name)}: {python_literal(entry, depth + 1)},\n" for name, entry in value.items()]
        return "{\n" + "".join(rows) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{python_literal(entry, depth + 1)},\n" for entry in value) + outer + "]"
    if value == _NEW:
        return "str(uuid.uuid4())"
    if isinstance(value, str):
        image = _IMAGE.fullmatch(value)
        return f'data_uri("{_file(image)}")' if image else _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    # JSON's strings are Python's too, but for surrogates, which no prompt holds.
    return json.dumps(text, ensure_ascii=False)

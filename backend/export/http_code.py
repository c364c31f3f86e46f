"""A provider's call as curl, Python (httpx) and JavaScript (fetch), made from the payload that was sent."""

import json
import re
import shlex
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import JsonValue

from backend.exchanges import Exchange

KEYS: Mapping[str, str] = {"runware": "RUNWARE_API_KEY", "modelrunner": "MODELRUNNER_KEY"}
"""The environment variable that holds each provider's key."""
_IMAGE = re.compile(r"data:(image/\w{1,10});base64,<image (\d{1,3}), \d+ bytes>")
_UUIDS = ("taskUUID",)

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
'''
_PYTHON_FILE = '''

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
    """Return a shell command; where images were sent, the place for each is named."""
    variable = KEYS.get(backend, "API_KEY")
    body = json.dumps(exchange.sent, indent=2, ensure_ascii=False)
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
    body, images = _python(_fresh(exchange.sent), 0), _has_images(exchange.sent)
    modules = ["base64", "mimetypes", "os", "pathlib"] if images else ["os"]
    if '"taskUUID": str(uuid' in body:
        modules.append("uuid")
    return _PYTHON.format(
        imports="\n".join(f"import {module}" for module in modules) + "\n",
        data_uri=_PYTHON_FILE if images else "",
        body=body,
        method=exchange.method.lower(),
        url=exchange.url,
        scheme=exchange.scheme,
        variable=KEYS.get(backend, "API_KEY"),
    )


def javascript_code(exchange: Exchange, backend: str) -> str:
    """Return a JavaScript module; its images are files named `image-1.png` and so on."""
    body = json.dumps(_fresh(exchange.sent), indent=2, ensure_ascii=False)
    body = re.sub(f'"{_IMAGE.pattern}"', lambda image: f'await dataUri("{_file(image)}", "{image[1]}")', body)
    body = body.replace(f'"{_NEW}"', "crypto.randomUUID()")
    return _JAVASCRIPT.format(
        imports=_JAVASCRIPT_FILE.format() if _has_images(exchange.sent) else "",
        body=body,
        method=exchange.method,
        url=json.dumps(exchange.url),
        scheme=exchange.scheme,
        variable=KEYS.get(backend, "API_KEY"),
    )


def provider_of(exchange: Exchange) -> str:
    """Return the host that was asked, for the heading."""
    return urlsplit(exchange.url).netloc


_NEW = "new-uuid"


def _fresh(value: JsonValue) -> JsonValue:
    """Return the payload with new ids: a provider carries out a task only once."""
    if isinstance(value, dict):
        return {name: _NEW if name in _UUIDS else _fresh(inner) for name, inner in value.items()}
    return [_fresh(inner) for inner in value] if isinstance(value, list) else value


def _has_images(value: JsonValue) -> bool:
    return _IMAGE.search(json.dumps(value)) is not None


def _file(image: "re.Match[str]") -> str:
    return f"image-{image[2]}.{image[1].rpartition('/')[2].replace('jpeg', 'jpg')}"


def _python(value: JsonValue, depth: int) -> str:
    """Return JSON as a Python literal, one entry a line, with images as calls."""
    inner, outer = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict) and value:
        rows = [f"{inner}{_quoted(name)}: {_python(entry, depth + 1)},\n" for name, entry in value.items()]
        return "{\n" + "".join(rows) + outer + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{inner}{_python(entry, depth + 1)},\n" for entry in value) + outer + "]"
    if value == _NEW:
        return "str(uuid.uuid4())"
    if isinstance(value, str):
        image = _IMAGE.fullmatch(value)
        return f'data_uri("{_file(image)}")' if image else _quoted(value)
    return repr(value)


def _quoted(text: str) -> str:
    # JSON's strings are Python's too, but for surrogates, which no prompt holds.
    return json.dumps(text, ensure_ascii=False)

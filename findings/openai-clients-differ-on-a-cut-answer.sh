#!/bin/sh
# openai 3.57.0 from PyPI and openai 6.49.0 from npm (2026-11-30), Node 18 or later: a picture whose answer is cut off.
#
# One would think that two clients of one maker, which repeat a request on the same statuses and as often, agree on an
# answer whose line breaks within the body, after a status of 200 was read: with a paid order it decides how many are made.
# Seen, at a server that announces a body, sends its beginning and closes:
#   PyPI  asks 3 times (x-stainless-retry-count 0, 1, 2), then raises APIConnectionError
#   npm   asks once, and what it raises is no error of its own: a bare TypeError, "terminated"
# So a server can't tell by either whether the client will come again, and must know an order that does.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check openai==3.57.0
(cd "$folder" && npm init --yes >/dev/null && npm install --silent --no-audit --no-fund openai@6.49.0)
cat >"$folder/ask.mjs" <<'NODE'
import OpenAI from "openai";
const client = new OpenAI({apiKey: "none", baseURL: process.argv[2]});
try { await client.images.generate({prompt: "a fox"}); console.log("answered"); }
catch (error) { console.log(`${error.constructor.name}: ${error.message}`, error instanceof OpenAI.OpenAIError); }
NODE
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai

asked: list[str] = []


class Cut(BaseHTTPRequestHandler):
    """Announces a body, sends its beginning, and closes."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        asked.append(self.headers["x-stainless-retry-count"])
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b'{"data": [')
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Cut)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/v1"
try:
    openai.OpenAI(api_key="none", base_url=address).images.generate(prompt="a fox")
    said = "answered"
except openai.OpenAIError as error:
    said = type(error).__name__
print("PyPI: asked", len(asked), "times", asked, said)
assert (asked, said) == (["0", "1", "2"], "APIConnectionError")
asked.clear()
said = subprocess.run(["node", "ask.mjs", address], capture_output=True, text=True, check=True).stdout.strip()
print("npm: asked", len(asked), "times", asked, said)
assert (asked, said) == (["0"], "TypeError: terminated false")
PYTHON

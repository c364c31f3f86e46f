#!/bin/sh
# ModelRunner's client on PyPI, `modelrunner-ai` 0.6.0 (2026-11-29, Python 3.11): a submission whose answer is lost.
#
# One would think that a call that orders and pays is sent once, or again only where it surely didn't arrive: submit() has
# no argument for repeats, and the request has no id of the caller's by which a service could know the second one. Seen,
# with a service on loopback that takes each order and then closes the line, three times, before it answers:
#   one call of submit()    4 orders arrive, each with the same inputs, and the handle is the last one's
# It repeats whatever httpx calls a TransportError, up to ten times in all. With `modelrunner_ai.client.MAX_ATTEMPTS = 1`
# around the call one order arrives, and the error is raised.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check modelrunner-ai==0.6.0 httpx==0.28.1
"$folder/bin/python" - <<'PYTHON'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import modelrunner_ai
from modelrunner_ai import client as module

LOST = 3
orders = []


class Service(BaseHTTPRequestHandler):
    """Takes every order, and loses the first answers."""

    def do_POST(self):
        orders.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        if len(orders) <= LOST:
            self.close_connection = True
            return
        request_id = f"order-{len(orders)}"
        here = f"http://127.0.0.1:{self.server.server_port}/{request_id}"
        names = {name: f"{here}/{name}" for name in ("response_url", "status_url", "cancel_url")}
        body = json.dumps({"request_id": request_id, **names}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


service = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
module.QUEUE_URL_FORMAT = f"http://127.0.0.1:{service.server_port}/"
client = modelrunner_ai.SyncClient(key="nobody's")

handle = client.submit("owner/model", {"prompt": "a boat"})
print(f"one call of submit(): {len(orders)} orders, the handle is {handle.request_id}")
assert len(orders) == LOST + 1 and all(order == orders[0] for order in orders)
assert handle.request_id == f"order-{LOST + 1}"

orders.clear()
module.MAX_ATTEMPTS = 1
try:
    client.submit("owner/model", {"prompt": "a boat"})
except httpx.TransportError as error:
    print(f"MAX_ATTEMPTS = 1: {len(orders)} order, {type(error).__name__}")
assert len(orders) == 1
PYTHON

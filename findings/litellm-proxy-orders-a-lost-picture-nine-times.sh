#!/bin/sh
# litellm 1.108.7 (2026-11-30): how often its proxy orders one picture whose answer was lost.
#
# One would think that a gateway for paid APIs asks again as often as its settings say, and not at all where they say 0: a
# line that breaks after the request was read tells nothing about whether the picture was made and billed. Seen, with a
# server of OpenAI's form that reads each order and closes the line: one POST to /v1/images/generations becomes
#   9 orders at the server with the defaults: 3 tries of the router, each of them 3 of the openai client within it
#   3 orders with num_retries: 0 in router_settings
#   3 orders with that and max_retries: 0 in the model's litellm_params
# No order carries an Idempotency-Key, so the server can't tell that they are one.
#
# About 0.5 GB are installed into a folder that is removed at the end.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check 'litellm[proxy]==1.108.7'
cd "$folder"
"$folder/bin/python" - "$folder" <<'PYTHON'
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

folder = Path(sys.argv[1])
orders: list[str | None] = []
key = f"sk-{secrets.token_hex(32)}"


class Lost(BaseHTTPRequestHandler):
    """Reads an order and closes the line."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        orders.append(self.headers["idempotency-key"])
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return line.getsockname()[1]


def ordered(of_model: str = "", of_router: str = "") -> int:
    """Let the proxy take one POST with these lines in its configuration: how many orders come of it."""
    orders.clear()
    port = free_port()
    (folder / "config.yaml").write_text(
        "model_list:\n  - model_name: painter\n    litellm_params:\n      model: openai/painter\n"
        f"      api_key: none\n      api_base: http://127.0.0.1:{server.server_port}/v1\n{of_model}"
        f"    model_info:\n      mode: image_generation\n{of_router}"
    )
    proxy = subprocess.Popen(
        [folder / "bin/litellm", "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)],
        cwd=folder, env=os.environ | {"LITELLM_MASTER_KEY": key}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):  # its first start compiles all of its modules
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health/liveliness", timeout=5).close()
                break
            except OSError:
                assert proxy.poll() is None, "the proxy ended"
                time.sleep(1)
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/v1/images/generations", b'{"model": "painter", "prompt": "a fox"}',
            {"content-type": "application/json", "authorization": f"Bearer {key}"},
        )
        try:
            urllib.request.urlopen(request, timeout=120).close()
        except urllib.error.HTTPError as error:
            error.close()
    finally:
        proxy.terminate()
        proxy.wait()
    return len(orders)


server = ThreadingHTTPServer(("127.0.0.1", 0), Lost)
threading.Thread(target=server.serve_forever, daemon=True).start()
routers = "router_settings:\n  num_retries: 0\n"
found = ordered()
print("with the defaults:", found, "orders, marks", set(orders))
assert found == 9 and set(orders) == {None}
found = ordered(of_router=routers)
print("num_retries 0 of the router:", found, "orders")
assert found == 3
found = ordered(of_model="      max_retries: 0\n", of_router=routers)
print("and max_retries 0 of the model:", found, "orders")
assert found == 3
PYTHON

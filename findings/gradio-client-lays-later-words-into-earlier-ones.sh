#!/bin/sh
# gradio 6.31.0 from PyPI, @gradio/client 2.7.0 from npm (2026-11-30), Node 20: what a generator's earlier word says later.
#
# One would think that each event that a client yields holds what that word of the generator said, whenever it is read.
# Seen, with a handler that yields gr.update(visible=True), then two empty gr.update() (one object for three words, a new one for the end):
#   read as they come      the first word says visible: true
#   read after the last    the same object says nothing: each later word was laid into it, and what that left out is gone
# So Gradio's page, which draws what came in one piece together, never hears of the first (a Stop that doesn't
# appear until the run ends); it helps that every word repeats what is to hold.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check gradio==6.31.0
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund @gradio/client@2.7.0
cat >ask.mjs <<'NODE'
import {Client} from "@gradio/client";
const app = await Client.connect(process.argv[2]);
const words = [], told = [];
for await (const event of app.submit("/told", [])) {
  if (event.type !== "data") continue;
  told.push(JSON.stringify(event.data[0]));
  words.push(event.data[0]);
}
console.log(JSON.stringify({as_it_came: told[0], afterwards: JSON.stringify(words[0]), same: words.map((each) => each === words[0])}));
process.exit(0);
NODE
"$folder/venv/bin/python" - <<'PYTHON'
import json
import subprocess

import gradio as gr


def told():
    yield gr.update(visible=True)
    yield gr.update()
    yield gr.update()


with gr.Blocks() as page:
    gr.Button().click(told, None, gr.Button(), api_name="told")
_, address, _ = page.launch(prevent_thread_lock=True, quiet=True)
said = json.loads(subprocess.run(["node", "ask.mjs", address], capture_output=True, text=True, check=True).stdout)
print(said)
assert json.loads(said["as_it_came"]) == {"__type__": "update", "visible": True}
assert json.loads(said["afterwards"]) == {"__type__": "update"}
assert said["same"] == [True, True, True, False]
PYTHON

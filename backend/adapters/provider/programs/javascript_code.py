"""A run's order as a JavaScript module on fetch."""

from typing import Any

from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import NewId, Orders, Picture, leaves
from backend.adapters.provider.programs.python_code import is_waited_for, origin_of, output_type, result_field
from backend.domain.parts import SAFE_INTEGER

_HEAD = """// Makes the run again: orders it once, waits, and saves picture-1.{suffix} and so on.
// Runs in Node 18 and later as an .mjs file, with the key in {variable}. Started again, it orders, and pays, again.
{notes}
{imports}
{data_uri}
const orders = {orders};

const key = process.env.{variable};
if (!key) throw new Error("{variable} holds no key");
const headers = {{
  "Content-Type": "application/json",
  Authorization: "{scheme} " + key,{headers}
}};
const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
{large}"""
_SAVE_URL = """
// Saves a picture, and says whether that worked; where it lies is told, so that it can be fetched later.
const save = async (number, url) => {{
  const name = `picture-${{number}}.{suffix}`;
  try {{
    const reply = await fetch(url);
    if (!reply.ok) throw new Error(`it answers ${{reply.status}}`);
    if (reply.headers.get("content-type")?.startsWith("text/")) throw new Error("that is no picture");
    await writeFile(name, Buffer.from(await reply.arrayBuffer()));
  }} catch (error) {{
    console.error(`${{name}} lies at ${{url}}, and couldn't be fetched: ${{error.message}}`);
    return false;
  }}
  console.log(name);
  return true;
}};
"""
_SAVE_TEXT = """
// Saves a picture that came within the answer.
const save = async (number, content) => {{
  await writeFile(`picture-${{number}}.{suffix}`, Buffer.from(content.split(",").pop(), "base64"));
  console.log(`picture-${{number}}.{suffix}`);
  return true;
}};
"""
_DATA_URI = """
const dataUri = async (path, kind) => `data:${kind};base64,${(await readFile(path)).toString("base64")}`;
"""
_LARGE = """// A seed of more digits than a JavaScript number keeps is written as text, and sent without its quotes.
const json = (body) => JSON.stringify(body).replace(/"seed":"(\\d+)"/g, '"seed":$1');
"""
_SMALL = "const json = JSON.stringify;\n"
_RUNWARE = """
// Sends tasks and returns what Runware made, and the errors beside it; a question may be asked again, an order not.
const tell = async (body, isOrder = false) => {{
  try {{
    const reply = await fetch({url}, {{ method: "POST", headers, body: json(body) }});
    const {{ data = [], errors = [] }} = await reply.json();
    for (const error of errors) console.error(error.code, error.message);
    return {{ items: data, errors }};
  }} catch (error) {{
    if (!isOrder) return {{ items: [], errors: [] }};
    console.error(`No whole answer came (${{error}}). The order may stand and be billed; it isn't sent again.`);
    process.exit(1);
  }}
}};

const made = new Map();
const keep = (items) => {{
  for (const item of items) if (item.{field}) made.set(item.taskUUID, item);
}};

const {{ items }} = await tell(orders, true);
keep(items);
{wait}let saved = 0;
for (const [index, task] of orders.entries()) {{
  const item = made.get(task.taskUUID);
  if (item && (await save(index + 1, item.{field}))) saved += 1;
}}
process.exitCode = saved < orders.length ? 1 : 0;
"""
_RUNWARE_WAIT = """const waiting = new Set(items.map((item) => item.taskUUID).filter((task) => !made.has(task)));
const until = Date.now() + 600_000;
while (waiting.size > 0 && Date.now() < until) {
  await pause(2);
  const told = await tell([...waiting].map((taskUUID) => ({ taskType: "getResponse", taskUUID })));
  keep(told.items);
  for (const { taskUUID } of [...made.values(), ...told.errors]) waiting.delete(taskUUID);
}
"""
_MODELRUNNER = """
// Returns an answer to a question; it is asked again where that may help, since asking costs nothing.
const ask = async (url) => {{
  if (!url.startsWith({origin})) throw new Error(`${{url}} is not ModelRunner's queue: the key doesn't go there.`);
  for (const seconds of [1, 2, 4, 8, 0]) {{
    try {{
      const reply = await fetch(url, {{ headers }});
      if (reply.status < 500 && reply.status !== 429) return await reply.json();
    }} catch {{
      // No connection, or no whole answer.
    }}
    await pause(seconds);
  }}
  throw new Error(`${{url}} doesn't answer. The order stands: ask there again, it isn't sent twice.`);
}};

const mayStand = "The order may stand and be billed; it isn't sent again.";

// Orders once. Nothing is sent again: ModelRunner can't tell a repeat from a second order.
const order = async (body) => {{
  try {{
    const reply = await fetch({url}, {{ method: "POST", headers, body: json(body) }});
    if (reply.ok) return await reply.json();
    const doubtful = reply.status >= 500 ? mayStand : "Nothing was ordered.";
    console.error("Answered", reply.status, await reply.text(), doubtful);
  }} catch (error) {{
    console.error(`No whole answer came (${{error}}).`, mayStand);
  }}
  return null;
}};

// Waits for an order to its end and returns the pictures' addresses; COMPLETED may be a failure, too.
const made = async (queued) => {{
  const until = Date.now() + 600_000;
  let state = await ask(queued.status_url);
  while (["IN_QUEUE", "IN_PROGRESS"].includes(state.status)) {{
    if (Date.now() > until) throw new Error(`Not done after 600 s. The order stands: ask ${{queued.status_url}}.`);
    await pause(1);
    state = await ask(queued.status_url);
  }}
  const record = await ask(queued.response_url);
  const error = state.error || record.error;
  const output = record.output ?? record.images;
  if (state.status !== "COMPLETED" || error || record.billingStatus === "failed" || !output) {{
    throw new Error(`It failed: ${{error || JSON.stringify(record)}}`);
  }}
  const found = output.images ?? output.image ?? output.url ?? output;
  return (Array.isArray(found) ? found : [found]).map((entry) => entry.url ?? entry);
}};

const queue = [];
for (const body of orders) {{
  const queued = await order(body);
  if (queued === null) break;
  console.log("ordered", queued.request_id);
  queue.push(queued);
}}
let count = 0;
let saved = 0;
for (const queued of queue)
  try {{
    for (const url of await made(queued)) {{
      count += 1;
      if (await save(count, url)) saved += 1;
    }}
  }} catch (error) {{
    console.error(error.message);
  }}
process.exitCode = saved < {wanted} ? 1 : 0;
"""


def javascript_code(orders: Orders) -> str:
    """Return a JavaScript module that makes the run again; its images are files named `image-1.png` and so on."""
    head = _HEAD.format(
        suffix=orders.suffix,
        variable=orders.variable,
        notes="".join(f"// {note}\n" for note in orders.notes),
        imports=_imports(orders),
        data_uri=_DATA_URI if orders.shows_images else "",
        orders=literal(orders.tasks, leaf),
        scheme=orders.scheme,
        headers="".join(f"\n  {text(name)}: {text(value)}," for name, value in orders.headers.items()),
        large=_LARGE if any(_is_large(value) for value in leaves(orders.bodies)) else _SMALL,
    )
    return head + (_of_runware(orders) if orders.provider == "runware" else _of_modelrunner(orders))


def leaf(value: Any) -> str:
    """Write a string, a number, a picture or a new id in JavaScript; a large seed as text, to be sent as a number."""
    match value:
        case Picture():
            return f"await dataUri({text(value.file)}, {text(value.kind)})"
        case NewId():
            return "randomUUID()"
        case str():
            return text(value)
        case bool() | None:
            return {True: "true", False: "false"}.get(bool(value), "null") if value is not None else "null"
        case _:
            return text(str(value)) if _is_large(value) else repr(value)


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= SAFE_INTEGER


def _of_runware(orders: Orders) -> str:
    save = _SAVE_URL if output_type(orders) == "URL" else _SAVE_TEXT
    return save.format(suffix=orders.suffix) + _RUNWARE.format(
        url=text(orders.url),
        field=result_field(orders),
        wait=_RUNWARE_WAIT if is_waited_for(orders) else "",
    )


def _of_modelrunner(orders: Orders) -> str:
    wanted = sum(body.get("num_images", 1) for body in orders.tasks)
    program = _MODELRUNNER.format(url=text(orders.url), origin=text(origin_of(orders)), wanted=wanted)
    return _SAVE_URL.format(suffix=orders.suffix) + program


def _imports(orders: Orders) -> str:
    files = "readFile, writeFile" if orders.shows_images else "writeFile"
    ids = ['import { randomUUID } from "node:crypto";'] if NewId() in leaves(orders.bodies) else []
    return "\n".join([*ids, f'import {{ {files} }} from "node:fs/promises";'])

"""A run's order as a JavaScript module on fetch."""

from typing import Any

from backend.export.literal import literal, text
from backend.export.orders import NewId, Orders, Picture, leaves
from backend.export.python_code import is_waited_for, origin_of, output_type, result_field

SAFE_INTEGER = 2**53

_HEAD = """// Makes the run again: orders it once, waits, and saves picture-1.{suffix} and so on.
// Runs in Node 18 and later as an .mjs file, with the key in {variable}. Started again, it orders, and pays, again.
{notes}
import {{ readFile, writeFile }} from "node:fs/promises";
{data_uri}
const orders = {orders};

const headers = {{
  "Content-Type": "application/json",
  Authorization: "{scheme} " + process.env.{variable},{headers}
}};
const pause = (seconds) => new Promise((done) => setTimeout(done, 1000 * seconds));
const fail = (...words) => {{
  console.error(...words);
  process.exit(1);
}};
const bytesAt = async (url) => {{
  const reply = await fetch(url);
  return reply.ok ? Buffer.from(await reply.arrayBuffer()) : fail(url, "answers", reply.status);
}};
{large}"""
_DATA_URI = """
const dataUri = async (path, kind) => `data:${kind};base64,${(await readFile(path)).toString("base64")}`;
"""
_LARGE = """// A seed of more digits than a JavaScript number keeps is written as text, and sent without its quotes.
const json = (body) => JSON.stringify(body).replace(/"seed":"(\\d+)"/g, '"seed":$1');
"""
_SMALL = "const json = JSON.stringify;\n"
_RUNWARE = """
// Sends tasks and returns what Runware made; errors are told, beside what came all the same.
const tell = async (body) => {{
  try {{
    const reply = await fetch({url}, {{ method: "POST", headers, body: json(body) }});
    const {{ data = [], errors = [] }} = await reply.json();
    for (const error of errors) console.error(error.code, error.message);
    return {{ items: data, errors }};
  }} catch (error) {{
    return fail(`No whole answer came (${{error}}). The order may stand and be billed; it isn't sent again.`);
  }}
}};

const made = new Map();
const keep = ({{ items, errors }}) => {{
  for (const item of items) if (item.{field}) made.set(item.taskUUID, item);
  return errors.length === 0;
}};

let going = keep(await tell(orders));
{wait}for (const [index, task] of orders.entries()) {{
  const item = made.get(task.taskUUID);
  if (!item) continue;
  const content = {content};
  await writeFile(`picture-${{index + 1}}.{suffix}`, content);
  console.log(`picture-${{index + 1}}.{suffix}`, item.cost ?? "");
}}
process.exitCode = made.size < orders.length ? 1 : 0;
"""
_RUNWARE_WAIT = """const until = Date.now() + 600_000;
while (going && made.size < orders.length && Date.now() < until) {
  await pause(2);
  const open = orders.filter((task) => !made.has(task.taskUUID));
  going = keep(await tell(open.map(({ taskUUID }) => ({ taskType: "getResponse", taskUUID }))));
}
"""
_CONTENTS = {
    "URL": "await bytesAt(item.imageURL)",
    "base64Data": 'Buffer.from(item.imageBase64Data, "base64")',
    "dataURI": 'Buffer.from(item.imageDataURI.split(",")[1], "base64")',
}
_MODELRUNNER = """
// Returns an answer to a question; it is asked again where that may help, since asking costs nothing.
const ask = async (url) => {{
  if (!url.startsWith({origin})) fail(url, "is not ModelRunner's queue: the key doesn't go there.");
  for (const seconds of [1, 2, 4, 8, 0]) {{
    try {{
      const reply = await fetch(url, {{ headers }});
      if (reply.status < 500 && reply.status !== 429) return await reply.json();
    }} catch {{
      // No connection, or no whole answer.
    }}
    await pause(seconds);
  }}
  return fail(url, "doesn't answer. The order stands: ask there again, it isn't sent twice.");
}};

// Orders once. Nothing is sent again: ModelRunner can't tell a repeat from a second order.
const order = async (body) => {{
  try {{
    const reply = await fetch({url}, {{ method: "POST", headers, body: json(body) }});
    if (reply.ok) return await reply.json();
    console.error("Not ordered:", reply.status, await reply.text());
  }} catch (error) {{
    console.error(`No answer came (${{error}}). The order may stand and be billed; it isn't sent again.`);
  }}
  return null;
}};

// Waits for an order to its end and returns the pictures' addresses; COMPLETED may be a failure, too.
const made = async (queued) => {{
  const until = Date.now() + 600_000;
  let state = await ask(queued.status_url);
  while (["IN_QUEUE", "IN_PROGRESS"].includes(state.status)) {{
    if (Date.now() > until) fail("Not done after 600 s. The order stands: ask again at", queued.status_url);
    await pause(1);
    state = await ask(queued.status_url);
  }}
  const record = await ask(queued.response_url);
  const error = state.error || record.error;
  const output = record.output ?? record.images;
  if (state.status !== "COMPLETED" || error || record.billingStatus === "failed" || !output) {{
    console.error("It failed:", error || record);
    return [];
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
let saved = 0;
for (const queued of queue)
  for (const url of await made(queued)) {{
    saved += 1;
    await writeFile(`picture-${{saved}}.{suffix}`, await bytesAt(url));
    console.log(`picture-${{saved}}.{suffix}`);
  }}
process.exitCode = saved < {wanted} ? 1 : 0;
"""


def javascript_code(orders: Orders) -> str:
    """Return a JavaScript module that makes the run again; its images are files named `image-1.png` and so on."""
    head = _HEAD.format(
        suffix=orders.suffix,
        variable=orders.variable,
        notes="".join(f"// {note}\n" for note in orders.notes),
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
            return "crypto.randomUUID()"
        case str():
            return text(value)
        case bool() | None:
            return {True: "true", False: "false"}.get(bool(value), "null") if value is not None else "null"
        case _:
            return text(str(value)) if _is_large(value) else repr(value)


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and abs(value) >= SAFE_INTEGER


def _of_runware(orders: Orders) -> str:
    field = result_field(orders)
    return _RUNWARE.format(
        url=text(orders.url),
        field=field,
        wait=_RUNWARE_WAIT if is_waited_for(orders) else "",
        content=_CONTENTS[output_type(orders)].replace("imageURL", field),
        suffix=orders.suffix,
    )


def _of_modelrunner(orders: Orders) -> str:
    wanted = sum(body.get("num_images", 1) for body in orders.tasks)
    return _MODELRUNNER.format(
        url=text(orders.url), origin=text(origin_of(orders)), suffix=orders.suffix, wanted=wanted
    )

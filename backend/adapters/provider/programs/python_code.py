"""A run's order as a Python program on httpx."""

from typing import Any

from backend.adapters.provider.programs.literal import literal, text
from backend.adapters.provider.programs.orders import NewId, Orders, Picture, leaves

_HEAD = '''"""Makes the run again: orders it once, waits, and saves picture-1.{suffix} and so on.

Needs `pip install httpx`, and the key in {variable}. Started again, it orders, and pays, again.
{notes}"""

{imports}

import httpx
{data_uri}
ORDERS = {orders}
HEADERS = {headers}
{patience}'''
DATA_URI = '''

def data_uri(path, kind):
    """Return an image file as the text that travels in JSON."""
    return f"data:{kind};base64," + base64.b64encode(pathlib.Path(path).read_bytes()).decode()

'''
_SAVE_URL = '''

def save(number, url):
    """Save a picture, and say whether that worked; where it lies is told, so that it can be fetched later."""
    name = f"picture-{{number}}.{suffix}"
    try:
        reply = httpx.get(url, timeout=180).raise_for_status()
        if reply.headers.get("content-type", "").startswith("text/"):
            raise ValueError("that is no picture")
    except (httpx.HTTPError, ValueError) as error:
        print(f"{{name}} lies at {{url}}, and couldn't be fetched: {{error}}", file=sys.stderr)
        return False
    pathlib.Path(name).write_bytes(reply.content)
    print(name)
    return True
'''
_SAVE_TEXT = '''

def save(number, content):
    """Save a picture that came within the answer."""
    pathlib.Path(f"picture-{{number}}.{suffix}").write_bytes(base64.b64decode(content.rpartition(",")[2]))
    print(f"picture-{{number}}.{suffix}")
    return True
'''
_RUNWARE = '''

def tell(body, *, orders=False):
    """Send tasks and return what Runware made, and the errors beside it; only a question may be sent again."""
    try:
        answer = httpx.post({url}, headers=HEADERS, json=body, timeout=180).json()
    except (httpx.TransportError, ValueError) as error:
        if not orders:
            return [], []
        sys.exit(f"No whole answer came ({{error}}). The order may stand and be billed; it isn't sent again.")
    errors = answer.get("errors", [])
    for error in errors:
        print(error.get("code"), error.get("message"), file=sys.stderr)
    return answer.get("data", []), errors


def pictures_in(items):
    """Return the pictures that are there, by their task."""
    return {{item["taskUUID"]: item for item in items if {field} in item}}


items, _ = tell(ORDERS, orders=True)
made = pictures_in(items)
{wait}saved = 0
for number, task in enumerate(ORDERS, start=1):
    item = made.get(task["taskUUID"])
    saved += bool(item and save(number, item[{field}]))
sys.exit(saved < len(ORDERS))
'''
_RUNWARE_WAIT = """waiting = {item["taskUUID"] for item in items} - made.keys()
until = time.monotonic() + PATIENCE_SECONDS
while waiting and time.monotonic() < until:
    time.sleep(2)
    items, errors = tell([{"taskType": "getResponse", "taskUUID": task} for task in waiting])
    made |= pictures_in(items)
    waiting -= made.keys() | {error.get("taskUUID") for error in errors}
"""
_MODELRUNNER = '''
MAY_STAND = "The order may stand and be billed; it isn't sent again."


def ask(url):
    """Return an answer to a question; it is asked again where that may help, since asking costs nothing."""
    if not url.startswith({origin}):
        raise RuntimeError(f"{{url}} is not ModelRunner's queue: the key doesn't go there.")
    for pause in (1, 2, 4, 8, None):
        try:
            reply = httpx.get(url, headers=HEADERS, timeout=60)
            if reply.status_code < 500 and reply.status_code != 429:
                return reply.json()
        except (httpx.TransportError, ValueError):
            pass
        if pause:
            time.sleep(pause)
    raise RuntimeError(f"{{url}} doesn't answer. The order stands: ask there again, it isn't sent twice.")


def order(body):
    """Order once. Nothing is sent again: ModelRunner can't tell a repeat from a second order."""
    try:
        reply = httpx.post({url}, headers=HEADERS, json=body, timeout=60)
        if reply.is_success:
            return reply.json()
    except (httpx.TransportError, ValueError) as error:
        print(f"No whole answer came ({{error}}).", MAY_STAND, file=sys.stderr)
        return None
    doubtful = MAY_STAND if reply.status_code >= 500 else "Nothing was ordered."
    print("Answered", reply.status_code, reply.text, doubtful, file=sys.stderr)
    return None


def made(queued):
    """Wait for an order to its end and return the pictures' addresses; COMPLETED may be a failure, too."""
    until = time.monotonic() + PATIENCE_SECONDS
    while (state := ask(queued["status_url"])).get("status") in ("IN_QUEUE", "IN_PROGRESS"):
        if time.monotonic() > until:
            raise RuntimeError(f"Not done after {{PATIENCE_SECONDS}} s. It stands: ask {{queued['status_url']}} again.")
        time.sleep(1)
    record = ask(queued["response_url"])
    output = record.get("output", record.get("images"))
    failed = state.get("error") or record.get("error") or record.get("billingStatus") == "failed"
    if state.get("status") != "COMPLETED" or failed or not output:
        raise RuntimeError(f"It failed: {{state.get('error') or record.get('error') or record}}")
    if isinstance(output, dict):
        output = output.get("images") or output.get("image") or output.get("url")
    entries = output if isinstance(output, list) else [output]
    return [entry["url"] if isinstance(entry, dict) else entry for entry in entries]


queue = []
for body in ORDERS:
    queued = order(body)
    if queued is None:
        break
    print("ordered", queued["request_id"])
    queue.append(queued)
count = saved = 0
for queued in queue:
    try:
        urls = made(queued)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        continue
    for url in urls:
        count += 1
        saved += save(count, url)
sys.exit(saved < {wanted})
'''


def python_code(orders: Orders) -> str:
    """Return a Python program that makes the run again; its images are files named `image-1.png` and so on."""
    is_runware = orders.provider == "runware"
    body = orders.tasks
    head = _HEAD.format(
        suffix=orders.suffix,
        variable=orders.variable,
        notes="".join(f"{note}\n" for note in orders.notes),
        imports="\n".join(f"import {module}" for module in _modules(orders)),
        data_uri=DATA_URI if orders.shows_images else "",
        orders=literal(body, leaf),
        headers=_headers(orders),
        patience="PATIENCE_SECONDS = 600\n" if orders.provider == "modelrunner" or is_waited_for(orders) else "",
    )
    return head + (_of_runware(orders) if is_runware else _of_modelrunner(orders))


def leaf(value: Any) -> str:
    """Write a string, a number, a picture or a new id in Python."""
    match value:
        case Picture():
            return f"data_uri({text(value.file)}, {text(value.kind)})"
        case NewId():
            return "str(uuid.uuid4())"
        case str():
            return text(value)
        case _:
            return repr(value)


def _of_runware(orders: Orders) -> str:
    save = _SAVE_URL if output_type(orders) == "URL" else _SAVE_TEXT
    return save.format(suffix=orders.suffix) + _RUNWARE.format(
        url=text(orders.url),
        field=text(result_field(orders)),
        wait=_RUNWARE_WAIT if is_waited_for(orders) else "",
    )


def _of_modelrunner(orders: Orders) -> str:
    wanted = sum(body.get("num_images", 1) for body in orders.tasks)
    program = _MODELRUNNER.format(url=text(orders.url), origin=text(origin_of(orders)), wanted=wanted)
    return _SAVE_URL.format(suffix=orders.suffix) + program


def output_type(orders: Orders) -> str:
    """Return how Runware's pictures come: `URL`, `base64Data` or `dataURI`."""
    return str(orders.tasks[0].get("outputType", "URL"))


def result_field(orders: Orders) -> str:
    """Return the field of Runware's answer that holds a picture."""
    if orders.tasks[0].get("taskType") != "imageInference":
        return "guideImageURL"
    return {"URL": "imageURL", "base64Data": "imageBase64Data", "dataURI": "imageDataURI"}[output_type(orders)]


def is_waited_for(orders: Orders) -> bool:
    """Whether Runware has to be asked for its pictures, which come one by one."""
    return any(task.get("deliveryMethod") == "async" for task in orders.tasks)


def origin_of(orders: Orders) -> str:
    """Return the address that may see the key: scheme, host and port, up to the path."""
    return "/".join(orders.url.split("/")[:3]) + "/"


def _headers(orders: Orders) -> str:
    more = "".join(f", {text(name)}: {text(value)}" for name, value in orders.headers.items())
    return f'{{"Authorization": "{orders.scheme} " + os.environ["{orders.variable}"]{more}}}'


def _modules(orders: Orders) -> list[str]:
    found = {"os", "pathlib", "sys"}
    if orders.shows_images or (orders.provider == "runware" and output_type(orders) != "URL"):
        found.add("base64")
    if orders.provider == "modelrunner" or is_waited_for(orders):
        found.add("time")
    if any(isinstance(leaf, NewId) for leaf in leaves(orders.bodies)):
        found.add("uuid")
    return sorted(found)

"""A request as a call of this playground's own API, with gradio_client."""

import json
from typing import Any

from backend.domain.parts import MAX_SEED, SAFE_INTEGER
from backend.domain.requests import IMAGE_FIELDS, ControlNet, Request
from backend.prompts.final_words import as_they_are

_PYTHON = '''"""Makes the run again on this playground. Needs `pip install gradio_client`{files}."""

from gradio_client import Client, handle_file

client = Client({address!r})
images, run = client.predict(
{arguments}    api_name="/{mode}",
)
print(run["seeds"], run["cost_usd"], run["cost_kind"])
for image in images:
    print(image)
'''

_MAP = '''"""Shows the control picture again on this playground. Needs `pip install gradio_client`, and image.png.

What was bought once costs nothing more while the playground keeps it; else it is bought again.
"""

from gradio_client import Client, handle_file

client = Client({address!r})
print(
    client.predict(
        handle_file("image.png"), preprocess="{preprocess}", backend="{backend}", buy=True, api_name="/control_map"
    )
)
'''


def map_code(request: ControlNet, backend: str, address: str) -> str:
    """Return a Python program for a run that bought a control picture alone."""
    return _MAP.format(address=address, preprocess=request.preprocess, backend=backend)


def client_code(request: Request, backend: str, address: str) -> str:
    """Return a Python program for gradio_client; input images are files named after their field."""
    values = arguments(request, backend)
    rows = [f"    {name}={_literal(name, value, request)},\n" for name, value in values.items()]
    files = [*(f"{name}.png" for name in IMAGE_FIELDS[request.mode]), *_control_files(request)]
    beside = f", and the run's pictures beside it: {', '.join(files)}" if files else ""
    return _PYTHON.format(files=beside, address=address, arguments="".join(rows), mode=request.mode)


def arguments(request: Request, backend: str) -> dict[str, Any]:
    """Return the API's parameters: what differs from the defaults, the backend and the seed; images by field name.

    A run's words were chosen already: their braces stay braces.
    """
    pictures = IMAGE_FIELDS[request.mode]
    values = request.model_dump(mode="json", exclude_defaults=True, exclude={"mode", *pictures})
    seed = request.seed if request.seed < SAFE_INTEGER else str(min(request.seed, MAX_SEED))
    values = as_they_are(values)
    first: dict[str, Any] = {"prompt": values.pop("prompt", ""), **{name: f"{name}.png" for name in pictures}}
    values.pop("controls", None)
    controls = [
        {"image": file, **control.model_dump(mode="json", exclude={"image"})}
        for file, control in zip(_control_files(request), request.controls, strict=True)
    ]
    further = {"controls": controls} if controls else {}
    return (
        first | {"backend": backend, "seed": seed} | {name: v for name, v in values.items() if name != "seed"} | further
    )


def _control_files(request: Request) -> list[str]:
    return [f"control-{number}.png" for number in range(1, len(request.controls) + 1)]


def _literal(name: str, value: Any, request: Request) -> str:
    if name in IMAGE_FIELDS[request.mode]:
        return f'handle_file("{value}")'
    if name == "controls":
        rows = (
            ", ".join(
                f'"{key}": ' + (f'handle_file("{v}")' if key == "image" else repr(v)) for key, v in control.items()
            )
            for control in value
        )
        return "[" + ", ".join("{" + row + "}" for row in rows) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)

"""One run in a process of its own that is killed (SIGKILL) after so many statements, for `test_kills`.

Takes the data folder, the backend, the simulator's address and the number. Where the run ends first, it
prints how many there were.
"""

import io
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import event

from backend.domain.caller import Caller
from backend.domain.requests import Request, parse_request
from backend.generation.generate import generate
from backend.playground import Playground, open_playground
from backend.settings import Settings
from backend.simulator.world import KEY


def settings_for(data: Path, backend: str, address: str) -> Settings:
    """Return settings of a playground whose providers are the simulator at `address`."""
    return Settings(
        _env_file=None,
        PLAYGROUND_DATA=data,
        PLAYGROUND_BACKEND=backend,
        PLAYGROUND_MODEL="tiny",
        RUNWARE_API_KEY=KEY,
        RUNWARE_BASE_URL=f"{address}/v1",
        MODELRUNNER_KEY=KEY,
        MODELRUNNER_BASE_URL=address,
        MODELRUNNER_STORAGE_URL=address,
        PLAYGROUND_OPENAI_API_KEY=KEY,
        PLAYGROUND_OPENAI_BASE_URL=f"{address}/v1",
    )


def a_request(playground: Playground, backend: str) -> Request:
    """Return a request for two small images that the backend can make."""
    values: dict[str, Any] = {"prompt": "a red circle", "seed": 7, "count": 2, "width": 128, "height": 128, "steps": 4}
    if backend == "modelrunner":
        buffer = io.BytesIO()
        Image.linear_gradient("L").resize((256, 256)).save(buffer, "PNG")
        sha256 = playground.files.put(buffer.getvalue(), "png")
        return parse_request({**values, "mode": "controlnet", "image": sha256, "width": 512, "height": 512})
    return parse_request({**values, "mode": "text_to_image"})


def die_after(playground: Playground, statements: int) -> Iterator[int]:
    """Kill this process when it comes to one statement or commit too many; yields how many there were."""
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen > statements:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(playground.store.engine, "before_cursor_execute", count)
    event.listen(playground.store.engine, "commit", count)
    while True:
        yield seen


def main(data: str, backend: str, address: str, statements: str) -> None:
    """Run, and die on the way."""
    playground = open_playground(settings_for(Path(data), backend, address))
    request = a_request(playground, backend)
    seen = die_after(playground, int(statements))
    next(seen)
    for _ in generate(playground, Caller(visitor="ann"), backend, request):
        pass
    print(next(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])

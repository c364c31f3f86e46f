"""A visitor with more runs than anybody would draw in a test."""

import io
from datetime import UTC, datetime, timedelta

from PIL import Image
from sqlalchemy import insert

from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.playground import Playground
from backend.record.database.search_words import table as prompts
from backend.record.database.search_words import words_of
from backend.record.database.tables import images, runs
from backend.visitors.identity import visitor_id

TOKEN = "6" * 32
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_OF_THE_REQUEST = ("mode", "prompt", "steps")


def fill(playground: Playground, count: int, token: str = TOKEN) -> None:
    """Record so many runs of a picture each, `number 0` the oldest; all have one file."""
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), "#7aa5c9").save(picture, "png")
    sha256, whose = playground.files.put(picture.getvalue(), "png"), visitor_id(token)
    numbers = range(count)
    with playground.store.engine.begin() as connection:
        connection.execute(insert(runs), [_row(_run(number, whose)) for number in numbers])
        connection.execute(insert(prompts), [words_of(_run(number, whose)) for number in numbers])
        size = {"width": 256, "height": 256, "bytes": 1000, "format": "png", "details": {}, "sha256": sha256}
        connection.execute(
            insert(images), [{"run_id": f"{number:032x}", "position": 0, "seed": number, **size} for number in numbers]
        )


def _run(number: int, whose: str) -> Run:
    request = parse_request({"mode": "text_to_image", "prompt": f"a boat, number {number}", "seed": number})
    return Run(f"{number:032x}", whose, "fake", request, "finished", BEGAN + timedelta(seconds=number))


def _row(run: Run) -> dict[str, object]:
    own = {name: getattr(run, name) for name in ("id", "visitor", "backend", "status", "created")}
    asked = {name: getattr(run.request, name) for name in _OF_THE_REQUEST}
    return own | asked | {"request": run.request.model_dump_json(), "cost_kind": "free", "provider_ids": {}}

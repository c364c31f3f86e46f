"""How a request wants its answer: in base64 or as addresses, whole or as a stream."""

from collections.abc import Mapping
from dataclasses import dataclass

from backend.domain.errors import InvalidRequest, Problem
from ui.endpoints.openai.models import is_dall_e

MOST_PARTIAL_IMAGES = 3
"""As OpenAI takes."""
_TRUE, _FALSE = (True, "true", "True", "1"), (False, None, "", "false", "False", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The answer that is wanted; `partial_images` previews of each image come with a stream."""

    as_url: bool = False
    stream: bool = False
    partial_images: int = 0


def read_wish(given: Mapping[str, object]) -> Wish:
    """Return how an answer is wanted; raise `InvalidRequest` with every field that can't be read."""
    problems: list[Problem] = []
    wanted, stream, partial = given.get("response_format"), given.get("stream"), given.get("partial_images")
    if wanted not in (None, "", "url", "b64_json"):
        problems.append(Problem("response_format", f"is {wanted!r:.60}; choose b64_json or url."))
    if stream not in (*_TRUE, *_FALSE) or (isinstance(stream, float | int) and not isinstance(stream, bool)):
        problems.append(Problem("stream", f"is {stream!r:.60}; it must be true or false."))
    count = _count(partial)
    if count is None:
        problems.append(Problem("partial_images", f"is {partial!r:.60}; give 0 to {MOST_PARTIAL_IMAGES}."))
    if problems:
        raise InvalidRequest(problems)
    # OpenAI's older models answer with addresses unless asked otherwise, and programs that name one rely on it.
    as_url = wanted == "url" or (not wanted and is_dall_e(given.get("model")))
    return Wish(as_url=as_url, stream=stream in _TRUE, partial_images=count or 0)


def _count(partial: object) -> int | None:
    """Return how many previews are wanted; None for what is no such number."""
    if partial in (None, ""):
        return 0
    known = {str(number): number for number in range(MOST_PARTIAL_IMAGES + 1)}
    return known.get(str(partial)) if isinstance(partial, str | int) and not isinstance(partial, bool) else None

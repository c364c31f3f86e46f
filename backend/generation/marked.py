"""A request whose prompts held other tools' marks, as this model is to have it: LoRAs in their list, words as words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from backend.adapters.base import Backend
from backend.domain.errors import from_validation
from backend.domain.parts import Detail, Lora
from backend.domain.requests import Request, parse_request
from backend.prompts.marks import Marked, Tag, read_marks

WEIGHTS = "Weights in brackets, (words:1.3), don't act on this model: the words stay, without the brackets."
PROMPT_ALONE = "a tag acts in the prompt alone."
"""What is said of one that stands in the negative prompt, or in a detail's."""
_FIELDS = ("prompt", "negative_prompt")


@dataclass(slots=True)
class Taken:
    """What runs, and a sentence about each mark that came to something else than the list of LoRAs."""

    request: Request
    notes: list[str] = field(default_factory=list)

    def note(self, said: Iterable[str]) -> None:
        """Add sentences that weren't said yet."""
        self.notes += [each for each in dict.fromkeys(said) if each not in self.notes]


def without_marks(request: Request, backend: Backend) -> Taken:
    """Return a request whose prompts are plain words; a LoRA that its backend can use joins the list.

    Raises `InvalidRequest` where nothing remains of the prompt.
    """
    read, of_details = _read(request), [_read(detail) for detail in request.details]
    if all(_is_plain(part, marks) for part, marks in [(request, read), *zip(request.details, of_details, strict=True)]):
        return Taken(request)
    elsewhere = [read["negative_prompt"], *(marked for marks in of_details for marked in marks.values())]
    loras, said = list(request.loras), list(_weights((read["prompt"], *elsewhere)))
    said += [note for tag in read["prompt"].tags if (note := _taken(tag, loras, backend))]
    said += [f"{_shown(tag)} was left out: {PROMPT_ALONE}" for marked in elsewhere for tag in marked.tags]
    details = [detail.model_dump() | _words(marks) for detail, marks in zip(request.details, of_details, strict=True)]
    taken = Taken(_with(request, {**_words(read), "loras": loras, "details": details}))
    taken.note(said)
    return taken


def _read(part: Request | Detail) -> dict[str, Marked]:
    return {name: read_marks(getattr(part, name)) for name in _FIELDS}


def _words(read: Mapping[str, Marked]) -> dict[str, str]:
    return {name: marked.words for name, marked in read.items()}


def _is_plain(part: Request | Detail, read: Mapping[str, Marked]) -> bool:
    return all(marked.words == getattr(part, name) for name, marked in read.items())


def _weights(read: Iterable[Marked]) -> Iterator[str]:
    if any(marked.weights for marked in read):
        yield WEIGHTS


def _taken(tag: Tag, loras: list[Lora], backend: Backend) -> str:
    """Put a tag's LoRA into the list, or say why it was left out."""
    if not tag.is_lora:
        return f"{_shown(tag)} was left out: this model has no such networks."
    try:
        lora = Lora(model=tag.name, weight=tag.weight)
    except ValidationError:
        return f"{_shown(tag)} was left out: a weight is from -4 to 4."
    if any(lora.model == known.model for known in loras):
        return f"{_shown(tag)} was left out: it is in the list of LoRAs already."
    if refusal := backend.refuses_lora(lora):
        return f"{_shown(tag)} was left out: {refusal}"
    loras.append(lora)
    return ""


def _shown(tag: Tag) -> str:
    return f"<{tag.kind}:{tag.name[:60]}:{tag.weight:g}>"


def _with(request: Request, changes: dict[str, Any]) -> Request:
    try:
        return parse_request(
            {**request.model_dump(), **changes, "loras": [each.model_dump() for each in changes["loras"]]}
        )
    except ValidationError as error:
        raise from_validation(error) from error

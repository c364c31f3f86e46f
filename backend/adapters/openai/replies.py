"""What a server says, read with patience: a picture that is paid for may stand in an odd answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict

from backend.adapters.provider.files import decoded
from backend.adapters.provider.lenient import Cost, Seed, Text
from backend.adapters.provider.line import Reply
from backend.domain.errors import BadReply
from backend.domain.records import CostKind

OURS = "playground"
"""Where another playground puts what OpenAI's form has no place for."""
_UNTAKEN = re.compile(
    r"unknown|unrecogni[sz]ed|unsupported|not support|does ?n.t support|unexpected|not permitted|extra (inputs|fields)",
    re.IGNORECASE,
)
"""How servers say that they have no such parameter; OpenAI's code for it is `unknown_parameter`."""


class _Picture(BaseModel):
    """One entry of `data`."""

    model_config = ConfigDict(extra="ignore")

    b64_json: Text = None
    url: Text = None


class _Told(BaseModel):
    """What another playground says of a run."""

    model_config = ConfigDict(extra="ignore")

    seed: Seed = None
    cost_usd: Cost = None
    cost_kind: Text = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One picture, as its file or as the address where it lies; `seed` and `cost` (USD) only where they were said."""

    content: bytes | None = None
    url: str | None = None
    seed: int | None = None
    cost: Decimal | None = None
    cost_kind: CostKind = "unknown"


def read(reply: Reply) -> Answer:
    """Read an answer of 2xx; raise `BadReply` where there's no picture in it."""
    body = reply.json()
    entries = body.get("data") if isinstance(body, dict) else None
    entry = next((each for each in entries if isinstance(each, dict)), None) if isinstance(entries, list) else None
    picture = _Picture.model_validate(entry or {})
    if not picture.b64_json and not picture.url:
        raise BadReply(f"{reply.label} answered {reply.status} without a picture; it may have been billed.")
    told = _told(body, entry or {})
    content = decoded(reply.label, picture.b64_json) if picture.b64_json else None
    kind: CostKind = told.cost_kind if told.cost_kind in ("billed", "estimated", "free") else "unknown"  # type: ignore[assignment]
    cost = Decimal(0) if kind == "free" else told.cost_usd if kind != "unknown" else None
    return Answer(content=content, url=picture.url, seed=told.seed, cost=cost, cost_kind=kind)


def _told(body: dict[str, Any], entry: dict[str, Any]) -> _Told:
    """Return what is said of the one picture, by the entry itself before the whole."""
    found: dict[str, Any] = {}
    for place in (body.get(OURS), entry.get(OURS)):
        if isinstance(place, dict):
            found |= {name: value for name, value in place.items() if value is not None}
    return _Told.model_validate(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a server says instead of a picture: its words, its code, the parameter that it names, and where it bills."""

    said: str = ""
    code: str = ""
    parameter: str = ""
    billed: str = ""

    def untaken(self, names: Iterator[str] | frozenset[str]) -> frozenset[str]:
        """Return those of the parameters that the server says it doesn't have."""
        if not _UNTAKEN.search(f"{self.code} {self.said}"):
            return frozenset()
        words = {self.parameter, *re.findall(r"[a-z_]+", self.said)}
        return frozenset(name for name in names if name in words)


def refusal(reply: Reply) -> Refusal:
    """Read what is said in an answer that is none of 2xx; in OpenAI's form, FastAPI's, or plain words."""
    try:
        body = reply.json()
    except BadReply:
        return Refusal(said=f"status {reply.status}")
    if not isinstance(body, dict):
        return Refusal(said=f"status {reply.status}")
    error = body.get("error", body)
    if isinstance(error, str):
        return Refusal(said=error)
    if isinstance(error, dict) and "detail" in error:
        return _of_fastapi(error["detail"])
    error = error if isinstance(error, dict) else {}
    told = error.get(OURS) if isinstance(error.get(OURS), dict) else body.get(OURS)
    return Refusal(
        said=_text(error.get("message")) or f"status {reply.status}",
        code=_text(error.get("code")),
        parameter=_text(error.get("param")),
        billed=_text(told.get("billed")) if isinstance(told, dict) else "",
    )


def _of_fastapi(detail: Any) -> Refusal:
    """Read FastAPI's own form: text, or a list whose first entry says where (`loc`) and what (`msg`)."""
    if isinstance(detail, list) and detail and isinstance(detail[0], dict):
        place = detail[0].get("loc")
        parameter = str(place[-1]) if isinstance(place, list) and place else ""
        return Refusal(said=f"{parameter}: {_text(detail[0].get('msg'))}", parameter=parameter)
    return Refusal(said=_text(detail))


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else str(value)

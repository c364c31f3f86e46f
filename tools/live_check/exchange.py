"""Asks a provider, and keeps each exchange fit for everybody's eyes."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from backend.adapters.provider.line import Call, Line, Reply
from backend.settings import Settings

LONGEST_TEXT = 200
PRIVATE = ("team", "apiKeys", "usage", "email", "name", "organizationUUID")
"""Fields of replies that tell of people or of the account; they are left out of what is kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and what the provider's answer says about it."""

    question: str
    answer: str
    as_expected: bool | None


@dataclass(slots=True)
class Exchange:
    """A line with a key, and what went over it."""

    line: Line
    key: SecretStr
    settings: Settings
    kept: list[dict[str, Any]] = field(default_factory=list)
    spent: Decimal = Decimal(0)

    def ask(self, name: str, body: Any, *, url: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        """POST a JSON body once and keep the exchange under a name."""
        call = Call(method="POST", url=url, key=self.key, json=body, headers=headers or {}, pays=True, once=True)
        return self.keep(name, body, self.line.ask(call))

    def look(self, name: str, url: str) -> Reply:
        """GET what lies at a path or an address of the provider's, and keep the exchange under a name."""
        return self.keep(name, {"url": url}, self.line.ask(Call(url=url, key=self.key)))

    def keep(self, name: str, body: Any, reply: Reply) -> Reply:
        """Keep an exchange that went over the line, under a name; return its reply."""
        self.kept.append(
            {"name": name, "request": self.clean(body), "status": reply.status, "reply": self.clean(_json(reply))}
        )
        return reply

    def clean(self, value: Any) -> Any:
        """Return a body without the key, without private fields, and with long texts cut."""
        if isinstance(value, dict):
            return {name: self.clean(entry) for name, entry in value.items() if name not in PRIVATE}
        if isinstance(value, list):
            return [self.clean(entry) for entry in value]
        if isinstance(value, str):
            value = value.replace(self.key.get_secret_value(), "•••")
            return value if len(value) <= LONGEST_TEXT else f"{value[:LONGEST_TEXT]}… ({len(value)} characters)"
        return value

    def write(self, folder: Path) -> None:
        """Keep every exchange as a file of its own."""
        folder.mkdir(parents=True, exist_ok=True)
        for entry in self.kept:
            text = json.dumps(entry, indent=2, ensure_ascii=False)
            (folder / f"{entry['name']}.json").write_text(f"{text}\n", encoding="utf-8")


def _json(reply: Reply) -> Any:
    try:
        return json.loads(reply.content)
    except ValueError:
        return reply.content[:LONGEST_TEXT].decode(errors="replace")


Probe = Callable[[Exchange], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Provider:
    """What is asked of a provider: the setting that holds its key, its line, and the questions."""

    variable: str
    key: Callable[[Settings], SecretStr | None]
    line: Callable[[Settings], Line]
    probes: tuple[Probe, ...]

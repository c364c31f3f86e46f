"""What is known of each provider before anything is asked of it; the settings take their keys from this table.

It imports nothing of the playground, since the settings import it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A provider: who it is, where its keys come from, and which hosts are its own.

    `keys` are the environment variables that may hold the server's key, the first of them the one that is named.
    `addresses` are by environment variable what is taken where that isn't set; the first is the API's, and all of them
    may see the key, which stands behind `scheme` in `Authorization`. `media` are patterns of the hosts that files are
    put to and fetched from without the key. `sdk` is the provider's own Python client, by its name on PyPI. `own` are
    further variables of its settings, each with what it takes in the words of "give …". `several` is the variable that
    names servers of this kind, where there may be more than one; an address without a default is such a server's.
    """

    name: str
    label: str
    keys: tuple[str, ...]
    key_page: str
    addresses: Mapping[str, str]
    scheme: str = "Bearer"
    media: tuple[str, ...] = ()
    sdk: str | None = None
    own: Mapping[str, str] = field(default_factory=dict)
    several: str | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """Return every variable that sets something of it alone."""
        return (*self.keys, *self.addresses, *self.own)

    def server(self, name: str) -> "Facts":
        """Return the facts of the server that `several` calls so: each variable has the name in it."""
        assert self.several is not None
        start = self.several.removesuffix("SERVERS")

        def named(variable: str) -> str:
            return f"{start}{name.upper()}_{variable.removeprefix(start)}"

        return replace(
            self,
            name=f"{self.name}-{name.lower()}",
            label=name,
            keys=tuple(map(named, self.keys)),
            addresses={named(variable): default for variable, default in self.addresses.items()},
            own={named(variable): takes for variable, takes in self.own.items()},
            several=None,
        )

    @property
    def no_key(self) -> str:
        """Return what a visitor is told where neither they nor the server have a key."""
        return (
            f"{self.label} needs a key: set `{self.keys[0]}` in `.env` or in the Space's secrets, or paste your own in "
            f"the key box ({self.key_page} gives one)."
        )

    @property
    def own_key_gone(self) -> str:
        """Return what a visitor is told whose run was paid with a key that isn't here any more."""
        return f"This run was paid with your own {self.label} key: paste it again, then recover the run."


RUNWARE = Facts(
    name="runware",
    label="Runware",
    keys=("RUNWARE_API_KEY",),
    key_page="my.runware.ai",
    addresses={"RUNWARE_BASE_URL": "https://api.runware.ai/v1"},
    media=("*.runware.ai",),  # Its documents show im.runware.ai and mm.runware.ai.
    sdk="runware-sdk",
)
MODELRUNNER = Facts(
    name="modelrunner",
    label="ModelRunner",
    keys=("MODELRUNNER_KEY", "MODELRUNNER_API_KEY"),
    key_page="modelrunner.ai/settings/api-keys",
    addresses={
        "MODELRUNNER_BASE_URL": "https://queue.modelrunner.run",
        "MODELRUNNER_STORAGE_URL": "https://modelrunner.run",
    },
    scheme="Key",
    # Its own, and the stores behind them.
    media=(
        "*.modelrunner.ai",
        "*.modelrunner.run",
        "*.amazonaws.com",
        "*.r2.cloudflarestorage.com",
        "storage.googleapis.com",
        "*.fal.media",
    ),
    sdk="modelrunner-ai",
)

OPENAI = Facts(
    name="openai",
    label="OpenAI API",
    keys=("PLAYGROUND_OPENAI_API_KEY",),
    key_page="the server's console",
    addresses={"PLAYGROUND_OPENAI_BASE_URL": ""},
    media=("*.blob.core.windows.net",),  # Where OpenAI's own addresses of pictures lie.
    sdk="openai",
    own={
        "PLAYGROUND_OPENAI_MODEL": "the model's name as the server lists it",
        "PLAYGROUND_OPENAI_PRICES": "the path of a JSON file with prices (docs/engines.md)",
    },
    several="PLAYGROUND_OPENAI_SERVERS",
)

FACTS: dict[str, Facts] = {facts.name: facts for facts in (RUNWARE, MODELRUNNER, OPENAI)}
"""The providers by the name of their backend; a new one is a line here, and one in `registry.py`."""

SERVER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
"""What a server may be called: its name becomes a part of variables, and the name of a backend."""


def facts_of(name: str) -> Facts | None:
    """Return the facts of the provider behind a backend's name, of servers too that are set no more; else None."""
    kind, _, server = name.partition("-")
    facts = FACTS.get(kind)
    if facts is None or not server:
        return facts
    return facts.server(server) if facts.several and SERVER_NAME.fullmatch(server) else None


def unnamed(variable: str) -> str | None:
    """Return the variable that sets for one server alone what this one sets for a named one; None for any other."""
    for facts in FACTS.values():
        start = (facts.several or "").removesuffix("SERVERS")
        for known in facts.variables if start else ():
            found = re.fullmatch(f"{start}({SERVER_NAME.pattern})_{known.removeprefix(start)}", variable)
            if found:
                return known
    return None

"""What is known of each provider before anything is asked of it; the settings take their keys from this table.

It imports nothing of the playground, since the settings import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A provider: who it is, where its keys come from, and which hosts are its own.

    `keys` are the environment variables that may hold the server's key, the first of them the one that is named.
    `addresses` are by environment variable what is taken where that isn't set; the first is the API's, and all of them
    may see the key, which stands behind `scheme` in `Authorization`. `media` are patterns of the hosts that files are
    put to and fetched from without the key. `sdk` is the provider's own Python client, by its name on PyPI.
    """

    name: str
    label: str
    keys: tuple[str, ...]
    key_page: str
    addresses: Mapping[str, str]
    scheme: str = "Bearer"
    media: tuple[str, ...] = ()
    sdk: str | None = None

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

FACTS: dict[str, Facts] = {facts.name: facts for facts in (RUNWARE, MODELRUNNER)}
"""The providers by the name of their backend; a new one is a line here, and one in `registry.py`."""

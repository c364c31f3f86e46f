"""What is remembered of a run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from backend.domain.errors import Billed
from backend.domain.requests import Request

READY = "ready"
"""Set in a run's provider ids once images of it lie at the provider: those that could not be fetched can be later."""
ASKED_ONCE = "asked_once"
"""Set in a run's provider ids where the provider can't be asked later what became of an order."""
CONTROL_PICTURE = "control_picture"
"""Set in the provider ids of a run that makes a control picture alone; its prompt is none."""
SENT_SEED = "sent_seed"
"""Among an image's details where its seed went along and nothing shows that it holds: `seed` as text, and `verdict`."""
AS_MADE = "as_made"
"""Among an image's details: in what it isn't as it was asked for, in sentences."""
DREW, KIND = "model", "profile"
"""Among an image's details: the model of this machine that drew it, and of which kind it is (`library.profiles`)."""
Status = Literal["running", "finished", "partial", "failed", "cancelled", "interrupted"]
CostKind = Literal["billed", "estimated", "free", "unknown"]


@dataclass(frozen=True, slots=True)
class RunImage:
    """One image of a run: the sha256 of its file, its seed and cost (None: nobody said), and its size in pixels."""

    index: int
    sha256: str
    format: str
    width: int
    height: int
    seed: int | None
    cost_usd: Decimal | None
    flagged: bool | None = None
    original: str | None = None
    """The sha256 of the provider's own bytes, where they differ from the file that is shown."""
    details: Mapping[str, Any] = field(default_factory=dict)
    bytes: int = 0
    """What the file takes on disk, together with the provider's own."""


@dataclass(frozen=True, slots=True)
class Run:
    """One generation: who asked for what, what came, what it cost, and how it ended."""

    id: str
    visitor: str
    backend: str
    request: Request
    status: Status
    created: datetime
    images: tuple[RunImage, ...] = ()
    estimate_usd: Decimal | None = None
    cost_usd: Decimal | None = None
    cost_kind: CostKind = "unknown"
    seconds: float | None = None
    room: str | None = None
    provider_ids: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    billed: Billed | None = None
    deleted: datetime | None = None
    """Since when it lies in the trash."""

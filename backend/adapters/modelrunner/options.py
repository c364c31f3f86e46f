"""What is ModelRunner's alone: typed, shown in a part of the form of its own."""

from pydantic import Field

from backend.domain.capabilities import Options

LEAST_EXPIRY, MOST_EXPIRY = 60, 157_680_000
"""Seconds that ModelRunner takes for a file's expiry: a minute to five years."""


class ModelRunnerOptions(Options):
    """How several images are asked for, and how long the files stay at their public address."""

    one_request: bool = Field(
        False,
        title="All images in one request",
        description="Then only the first image's seed is known. Otherwise each image is a request with its own seed.",
    )
    expires_after: int | None = Field(
        None,
        ge=LEAST_EXPIRY,
        le=MOST_EXPIRY,
        title="Files expire after (seconds)",
        description="Without it they stay for good. ModelRunner says that an uploaded image, once used, stays anyway.",
    )

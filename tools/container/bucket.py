"""Makes the bucket of compose.yaml once its store answers: `python tools/container/bucket.py NAME`."""

import sys
import time
from collections.abc import Sequence

import fsspec
from botocore.exceptions import BotoCoreError

PATIENCE_SECONDS = 60.0
"""How long a store that was just started may take."""


def main(arguments: Sequence[str]) -> int:
    """Make the bucket where it isn't there; 1 where the store doesn't answer."""
    (name,) = arguments
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            print(f"The bucket {name} {'is made' if _made(name) else 'is there'}.")
            return 0
        except (OSError, BotoCoreError) as error:  # A refusal; a store that isn't there.
            if time.monotonic() > end:
                print(f"The store at AWS_ENDPOINT_URL refuses, or doesn't answer: {error}", file=sys.stderr)
                return 1
        time.sleep(1)


def _made(name: str) -> bool:
    store = fsspec.filesystem("s3", skip_instance_cache=True)
    if store.exists(name):
        return False
    store.mkdir(name)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

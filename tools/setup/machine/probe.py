"""Whether an index of packages answers, found out within seconds."""

import http.client
import queue
import threading
import urllib.error
import urllib.request

SECONDS = 4.0


def unreachable(index: str, seconds: float = SECONDS) -> str | None:
    """Say why this index can't be had, or None if it can."""
    # Looking a name up heeds no time-out, so it is left behind in a thread.
    answers: queue.Queue[str | None] = queue.Queue()
    address = f"{index.rstrip('/')}/torch/"
    threading.Thread(target=lambda: answers.put(_ask(address, seconds)), daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return f"PyTorch's index gives no answer within {seconds:.0f} s"


def _ask(address: str, seconds: float) -> str | None:
    try:
        request = urllib.request.Request(address, method="HEAD")  # noqa: S310 (the index is ours or the user's)
        with urllib.request.urlopen(request, timeout=seconds):  # noqa: S310
            return None
    except urllib.error.HTTPError as error:
        return f"PyTorch's index answers {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return f"PyTorch's index is out of reach ({getattr(reason, 'strerror', None) or reason})"

"""A provider's orders as programs: curl, Python, JavaScript. No key is ever in them.

May import: domain.
"""

from collections.abc import Callable, Iterator, Mapping

from backend.adapters.provider.programs.curl_code import curl_code
from backend.adapters.provider.programs.javascript_code import javascript_code
from backend.adapters.provider.programs.orders import Orders
from backend.adapters.provider.programs.python_code import python_code
from backend.domain.providers import FACTS

Writer = Callable[[Orders], str]
_WRITERS: Mapping[str, Writer] = {
    "curl": curl_code,
    "Python, with httpx": python_code,
    "JavaScript": javascript_code,
}


def written(orders: Orders, sdk_code: Writer) -> Iterator[tuple[str, str]]:
    """Yield an order's programs by name, the last of them for the provider's own Python client."""
    yield from ((name, write(orders)) for name, write in _WRITERS.items())
    yield f"Python, with {FACTS[orders.provider].sdk}", sdk_code(orders)

"""What a request says of itself, by which a retry of it is known."""

from backend.playground import Playground
from backend.record.orders import Claim
from ui.endpoints.door.asker import hash_of, known_again
from ui.endpoints.door.order import Order
from ui.endpoints.door.route import Call

IDEMPOTENCY_KEY = "idempotency-key"
RETRIES = "x-stainless-retry-count"
"""What OpenAI's own clients send: 0, and with each further try one more."""


def order_of(playground: Playground, call: Call) -> Order:
    """Return the order that a request gives, by its caller, its path, its whole body and the marks that it carries.

    Of a guest who goes by an address that may be several people's, marks say nothing: what somebody else has got isn't
    theirs, however it is asked for. What nobody has got is.
    """
    mark, count = call.headers.get(IDEMPOTENCY_KEY), call.headers.get(RETRIES, "")
    known = known_again(playground, call.caller, call.request, mark)
    again = count.isdecimal() and int(count[:9]) > 0
    claim = Claim(
        order_id=call.id,
        caller=known.name,
        what=hash_of(call.request.url.path, call.body.digest),
        mark=hash_of(mark) if mark and known.sure else None,
        retry=again and known.sure,
        told=bool(mark or count) and known.sure,
    )
    return Order(claim, call.caller, call.line.left, opened=call.opened, unsure=again and not known.sure)

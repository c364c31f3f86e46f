"""A playground that strangers reach, with a provider on the server's key: the fake, which bills $0.0013 an image."""

import dataclasses
from typing import Any

from backend.adapters.fake import FakeBackend
from backend.domain.requests import Request, parse_request
from backend.money.ledger import Budget
from backend.playground import Playground


class PaidFake(FakeBackend):
    """The fake as a provider whose bills the house pays."""

    label = "Fake provider"


def paid(**values: Any) -> Request:
    """Return a request that the fake bills; with `seed` or `count` and the like as given."""
    options = {"provider": True} | values.pop("options", {})
    return parse_request({"mode": "text_to_image", "prompt": "a boat", "steps": 1, "options": options, **values})


def shared(playground: Playground, **settings: Any) -> Playground:
    """Return the same playground over a share link, with its caps."""
    public = playground.settings.model_copy(update={"share": True, **settings})
    return dataclasses.replace(
        playground,
        settings=public,
        backends={"fake": PaidFake(playground.files)},
        budget=Budget(playground.store.engine, public.caps),
    )

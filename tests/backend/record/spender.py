"""A process that spends: `-m tests.backend.record.spender DATABASE_URL DATA TRIES` prints what it was granted."""

import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from backend.domain.errors import OverBudget
from backend.domain.records import Run
from backend.domain.requests import parse_request
from backend.money.caps import Caps
from backend.money.ledger import Budget
from backend.record.database.engine import open_database

REQUEST = parse_request({"mode": "text_to_image", "prompt": "a boat"})


def spend(budget: Budget) -> bool:
    """Try to reserve one cent of a house that has 25; return whether it was granted."""
    run = Run(uuid.uuid4().hex, uuid.uuid4().hex, "fake", REQUEST, "running", datetime.now(UTC))
    try:
        budget.reserve(run, Decimal("0.01"))
    except OverBudget:
        return False
    return True


if __name__ == "__main__":
    url, data, tries = sys.argv[1:]
    budget = Budget(open_database(Path(data), url), Caps(house=Decimal("0.25")))
    with ThreadPoolExecutor(8) as pool:
        print(sum(pool.map(lambda _: spend(budget), range(int(tries)))))

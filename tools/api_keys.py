"""Keys for programs that use a public page over `/v1`: make one, list them, revoke one.

`python -m tools.api_keys new NAME --cap 2.00` prints a key, once: on record stands its hash alone. It is a visitor of
its own, and may cost so much in all (USD) on the server's keys, whatever visitors may otherwise. `list` shows what each
has spent, `revoke NAME` ends one. The record is the playground's own, as its settings say (`PLAYGROUND_DATA`,
`PLAYGROUND_DATABASE_URL`), whether it runs or not.
"""

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from backend.data_folder import data_folder
from backend.domain.errors import PlaygroundError
from backend.money.caps import usd
from backend.money.ledger import Budget
from backend.record.api_keys import ApiKey, ApiKeys
from backend.record.database.engine import open_database
from backend.setting_words import read

_TOLD = "Send it as `Authorization: Bearer`. It isn't shown again; revoke it with: python -m tools.api_keys revoke {}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return 2 where it can't be, with the reason."""
    asked = _parser().parse_args(arguments)
    try:
        settings = read({"PLAYGROUND_DATA": asked.data} if asked.data else {})
        engine = open_database(data_folder(settings), settings.database_url)
        try:
            _carry_out(asked, ApiKeys(engine), Budget(engine))
        finally:
            engine.dispose()
    except PlaygroundError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _carry_out(asked: argparse.Namespace, keys: ApiKeys, budget: Budget) -> None:
    match asked.command:
        case "new":
            print(keys.new(asked.name, asked.cap))
            sys.stderr.write(_TOLD.format(asked.name) + "\n")
        case "revoke":
            keys.revoke(asked.name)
            print(f"{asked.name} is revoked.")
        case _:
            for key in keys.all():
                print(_line(key, budget))


def _line(key: ApiKey, budget: Budget) -> str:
    (standing, *_) = budget.standings(key.visitor)
    state = "live" if key.revoked is None else f"revoked {key.revoked:%Y-%m-%d}"
    return f"{key.name}\t{usd(standing.spent)} of {usd(key.cap_usd)}\tsince {key.created:%Y-%m-%d}\t{state}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.api_keys", description="Keys for programs that use /v1.")
    parser.add_argument("--data", help="the playground's data folder (as PLAYGROUND_DATA says)")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="make a key and print it")
    new.add_argument("name", help="what you call it; no two live keys have one name")
    new.add_argument("--cap", required=True, type=_amount, help="what it may cost in all, in USD, such as 2.00")
    commands.add_parser("list", help="show every key, what it has spent, and its cap")
    revoke = commands.add_parser("revoke", help="end a key; what it began goes on")
    revoke.add_argument("name")
    return parser


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.removeprefix("$"))
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount in USD, such as 2.00") from error


if __name__ == "__main__":
    sys.exit(main())

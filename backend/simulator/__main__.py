"""`python -m backend.simulator`: the providers, rehearsed on this machine; nothing is billed."""

import argparse
import sys
import tempfile
from decimal import Decimal, InvalidOperation
from pathlib import Path

from pydantic import ValidationError

from backend.adapters.registry import build as build_backend
from backend.images.storage.files import ImageFiles
from backend.settings import Settings
from backend.simulator.artist import Artist, BackendArtist, FlatArtist
from backend.simulator.faults import Habits
from backend.simulator.server import serve
from backend.simulator.world import KEY, Account, World

SAID = """The simulator listens on {address}; its key is {key!r}. Point a playground at it:
  RUNWARE_BASE_URL={address}/v1 RUNWARE_API_KEY={key} \\
  MODELRUNNER_BASE_URL={address} MODELRUNNER_STORAGE_URL={address} MODELRUNNER_KEY={key} \\
  PLAYGROUND_OPENAI_BASE_URL={address}/v1 PLAYGROUND_OPENAI_API_KEY={key} python app.py
Let something fail: curl {address}/simulator/faults -d '{{"kind": "status", "status": 402}}'
"""


def main() -> None:
    """Read the command line and serve until Ctrl-C."""
    parser = _parser()
    options = parser.parse_args()
    habits = _habits(parser, options)
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        files = ImageFiles(Path(folder))
        world = World(_artist(options.draw, files), files, options.key, account=Account(options.balance), habits=habits)
        sys.stdout.write(SAID.format(address=f"http://{options.host}:{options.port}", key=options.key))
        sys.stdout.flush()
        serve(world, host=options.host, port=options.port)


def _artist(name: str, files: ImageFiles) -> Artist:
    if name == "flat":
        return FlatArtist(files)
    settings = Settings(_env_file=None, PLAYGROUND_MODEL="tiny")
    local = build_backend("local", settings, files)
    local.warm()
    return BackendArtist(local, files)


def _habits(parser: argparse.ArgumentParser, options: argparse.Namespace) -> Habits:
    try:
        return Habits.model_validate({name: getattr(options, name) for name in Habits.model_fields})
    except ValidationError as error:
        (name, *_), said = error.errors()[0]["loc"], error.errors()[0]["msg"]
        parser.error(f"--{str(name).replace('_', '-')}: {said}")


def _usd(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"{text} is no number") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--draw", choices=("model", "flat"), default="model", help="the embedded model, or one colour")
    parser.add_argument("--key", default=KEY, help="the key that it takes")
    parser.add_argument("--balance", type=_usd, default=Decimal(10), help="the account's USD")
    parser.add_argument("--job-seconds", default=0, help="how long a queued job lasts beyond its drawing")
    parser.add_argument("--bill-factor", default=1, help="how many times the published price is billed")
    parser.add_argument("--no-edits", dest="edits", action="store_false", help="OpenAI's form: no pictures of pictures")
    parser.add_argument("--lying-seeds", action="store_true", help="OpenAI's form: any seed, whatever is asked")
    return parser


if __name__ == "__main__":
    main()

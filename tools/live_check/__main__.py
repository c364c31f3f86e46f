"""`python -m tools.live_check`: ask the providers whose keys are set what only they know. Spends under a cent each."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from backend.domain.errors import PlaygroundError
from backend.settings import Settings
from tools.live_check import modelrunner, runware
from tools.live_check.exchange import Exchange, Finding, Provider

KEPT = Path("tests/wire/live")
MARKS = {True: "as expected", False: "OTHERWISE", None: "now known"}
PROVIDERS: dict[str, Provider] = {"runware": runware.PROVIDER, "modelrunner": modelrunner.PROVIDER}
"""A line a provider; its module holds the questions."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, print what came out, and keep the exchanges; the exit code is 1 where something was not as expected."""
    parser = argparse.ArgumentParser(prog="python -m tools.live_check", description=__doc__)
    parser.add_argument("--write", type=Path, default=KEPT, help=f"where the exchanges are kept, redacted ({KEPT})")
    chosen = parser.parse_args(arguments)
    settings = Settings()
    ready = {name: provider for name, provider in PROVIDERS.items() if provider.key(settings)}
    if not ready:
        names = " or ".join(provider.variable for provider in PROVIDERS.values())
        sys.stderr.write(f"Set {names} in the environment or in .env, then run this again.\n")
        return 2
    findings = [
        finding for name, provider in ready.items() for finding in check(provider, settings, chosen.write / name)
    ]
    return 0 if all(finding.as_expected is not False for finding in findings) else 1


def check(provider: Provider, settings: Settings, folder: Path) -> list[Finding]:
    """Ask a provider every open question; what one probe stumbles over doesn't keep the next from asking."""
    line, key = provider.line(settings), provider.key(settings)
    assert key is not None
    exchange = Exchange(line, key, settings)
    found: list[Finding] = []
    for probe in provider.probes:
        try:
            for finding in probe(exchange):
                found.append(finding)
                print(f"{MARKS[finding.as_expected]:12} {finding.question} {finding.answer}")
        except PlaygroundError as error:
            found.append(Finding(probe.__name__, str(error), False))
            print(f"{MARKS[False]:12} {probe.__name__}: {error}")
    line.close()
    exchange.write(folder)
    print(f"Spent {exchange.spent} USD at {line.label}; the exchanges lie in {folder}.")
    return found


if __name__ == "__main__":
    sys.exit(main())

"""Print how long visitors wait: `python -m tools.queueing --draw-seconds 3`. All of it is simulated."""

import argparse
import math

from tools.queueing.model import Load, Seen, simulate

VISITORS_A_DAY = (10, 1_000, 100_000)
PEAK = 2.5
"""How many times the day's average the busiest hour has."""
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600
PATIENCE_SECONDS = 5.0
"""The wait that 95 of 100 images should stay under."""
LEAST_IMAGES = 20_000
SEED = 1
HEAD = (
    "| visitors a day | there at once | images a second | GPUs | busy | wait p50 | wait p95 | most runs at once |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |"
)


def main() -> None:
    """Print a table: for each number of visitors the least GPUs that keep the wait, with fewer and more beside it."""
    parser = argparse.ArgumentParser(prog="python -m tools.queueing", description=__doc__)
    parser.add_argument("--draw-seconds", type=float, default=3.0, help="what an image takes on one GPU (3)")
    draw_seconds = parser.parse_args().draw_seconds
    print(HEAD)
    for visitors in VISITORS_A_DAY:
        load = load_of(visitors, draw_seconds)
        least = least_devices(load)
        for devices in sorted({max(1, math.floor(least * 0.9)), least, least + 1}):
            print(_line(visitors, load, devices, _seen(load, devices)), flush=True)


def load_of(visitors_a_day: int, draw_seconds: float) -> Load:
    """Return the load of the busiest hour."""
    return Load(visits_a_second=visitors_a_day * PEAK / DAY_SECONDS, draw_seconds=draw_seconds)


def least_devices(load: Load) -> int:
    """Return the least devices on which 95 of 100 images wait no longer than they should."""
    devices = math.floor(load.offered) + 1
    while _seen(load, devices).percentile(0.95) > PATIENCE_SECONDS:
        devices += 1
    return devices


def _seen(load: Load, devices: int) -> Seen:
    images_a_second = load.visits_a_second * load.images
    return simulate(load, devices, seconds=max(2 * HOUR_SECONDS, LEAST_IMAGES / images_a_second), seed=SEED)


def _line(visitors: int, load: Load, devices: int, seen: Seen) -> str:
    at_once = load.visits_a_second * load.visit_seconds
    cells = (
        f"{visitors:,}",
        f"{at_once:,.1f}" if at_once < 10 else f"{at_once:,.0f}",
        f"{load.visits_a_second * load.images:.2g}",
        f"{devices:,}",
        f"{min(load.offered / devices, 1):.0%}",
        f"{seen.percentile(0.5):.1f} s",
        f"{seen.percentile(0.95):.1f} s",
        f"{seen.most_runs:,}",
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()

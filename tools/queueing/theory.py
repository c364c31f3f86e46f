"""Erlang's formula for the line M/M/c, which the simulation has to meet where its assumptions hold."""


def waiting_part(offered: float, devices: int) -> float:
    """Return Erlang C: the part of arrivals that has to wait; `offered` is the load in devices, below `devices`."""
    blocked = 1.0
    for count in range(1, devices + 1):
        blocked = offered * blocked / (count + offered * blocked)
    return devices * blocked / (devices - offered * (1 - blocked))


def mean_wait(offered: float, devices: int, draw_seconds: float) -> float:
    """Return the mean wait in seconds of all arrivals, those that don't wait included."""
    return waiting_part(offered, devices) * draw_seconds / (devices - offered)

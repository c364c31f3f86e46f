"""How many replicas there may be, on which devices, and how many images may wait for them."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scale:
    """`most` replicas (None: one a GPU, without GPUs one for two cores); `waiting` images may wait behind them.

    A replica more is started once images have waited for `up_seconds`, and one ended after `down_seconds` with nothing
    to do; the last one stays.
    """

    most: int | None = None
    waiting: int = 64
    up_seconds: float = 5.0
    down_seconds: float = 600.0

    def on_this_machine(self) -> int:
        """Return how many CPUs a Ray started here gets: one a replica; GPUs it counts itself."""
        return self.most or max(1, (os.cpu_count() or 2) // 2)

    def deployment(self, resources: Mapping[str, float]) -> dict[str, Any]:
        """Return Ray Serve's options on a cluster with these resources (`CPU`, `GPU`)."""
        gpus = int(resources.get("GPU", 0))
        most = self.most or gpus or max(1, int(resources.get("CPU", 2)) // 2)
        # Counted by GPU alone where there are any: a host may have fewer cores to lend than GPUs.
        device = {"num_cpus": 0, "num_gpus": 1} if gpus else {"num_cpus": 1}
        return {
            "ray_actor_options": device,
            "max_ongoing_requests": 1,
            "max_queued_requests": self.waiting,
            "autoscaling_config": {
                "min_replicas": 1,
                "max_replicas": most,
                "target_ongoing_requests": 1,
                "upscale_delay_s": self.up_seconds,
                "downscale_delay_s": self.down_seconds,
            },
        }

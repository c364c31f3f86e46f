"""The replicas: a Ray started here or joined, and the engine deployed on it once."""

import hashlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from backend.adapters.cluster.replica import EngineReplica
from backend.adapters.cluster.scale import Scale
from backend.adapters.cluster.version import code_version
from backend.domain.errors import NotReady
from backend.settings import Settings
from backend.threads.background import Report

APP = "playground"
OBJECT_STORE_BYTES = 256 * 2**20
"""Room for a dozen images of 2048² on their way; Ray's own default is a third of the machine."""
PATIENCE_SECONDS = 300.0
"""How long a replica that is to end may still draw."""
KNOCK_SECONDS = 5.0
_OF_EVERY_DRIVER = {"RAY_ENABLE_AUTO_CONNECT": "0"}
"""What asks Ray for something while the playground ends must not start another one."""
_OF_THE_START = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
}
"""Nothing is reported to Ray's makers, every connection needs Ray's token, and the servers bind to loopback only."""


def open_fleet(settings: Settings, scale: Scale, report: Report) -> Any:
    """Start or join Ray, have the engine run on it, and return Serve's streaming handle to its replicas.

    Raises `NotReady` where no cluster answers.
    """
    os.environ |= _OF_EVERY_DRIVER  # noqa: TID251 - Ray reads it from nowhere else, when it is imported
    if settings.ray_address:
        report(f"Joining the cluster at {settings.ray_address}", 0.1)
        _join(settings.ray_address)
    else:
        report("Starting Ray on this machine", 0.1)
        _lastingly(partial(_start, scale.on_this_machine()))
    report("Starting the first replica", 0.5)
    return _deploy(engine_settings(settings), scale)


def engine_settings(settings: Settings) -> Settings:
    """Return what a replica has to know; no key leaves this process."""
    return Settings.model_construct(
        model=settings.model,
        models=settings.models,
        data=settings.data,
        share=settings.public,
        gpu_usd_per_hour=settings.gpu_usd_per_hour,
    )


def _start(cpus: int) -> None:
    os.environ |= _OF_THE_START  # noqa: TID251 - as above, and when it is started
    import ray

    ray.init(
        "local", num_cpus=cpus, include_dashboard=False, object_store_memory=OBJECT_STORE_BYTES, **_of_this_driver()
    )


def _lastingly(start: Callable[[], None]) -> None:
    """Do it in a thread that stays: Linux ends Ray's processes with the thread that started them, as it should ours."""
    started: Future[None] = Future()

    def stay() -> None:
        try:
            start()
        except Exception as error:  # noqa: BLE001 - handed to who waits below
            started.set_exception(error)
            return
        started.set_result(None)
        threading.Event().wait()

    threading.Thread(target=stay, daemon=True, name="ray").start()
    started.result()


def _join(address: str) -> None:
    if address.startswith("ray://"):
        raise NotReady(
            f"RAY_ADDRESS is {address}, the address of a Ray client: run the playground on a machine of the cluster "
            "and give `auto`, or the head's address, such as 10.0.0.1:6379."
        )
    import ray

    try:
        _knock(address)
        ray.init(address, **_of_this_driver())
    except (OSError, RuntimeError, ValueError) as error:
        raise NotReady(
            f"No Ray cluster answers at {address} ({error}): start one there with `ray start --head`, or unset "
            "RAY_ADDRESS, and one is started on this machine."
        ) from error


def _knock(address: str) -> None:
    """Raise `OSError` where nobody listens at `host:port`; Ray itself would try for minutes."""
    host, found, port = address.rpartition(":")
    if found:
        socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_SECONDS).close()


def _of_this_driver() -> dict[str, Any]:
    return {"log_to_driver": False, "logging_level": logging.WARNING, "namespace": APP}


def _deploy(settings: Settings, scale: Scale) -> Any:
    import ray
    from ray import serve

    logging.getLogger("ray.serve").setLevel(logging.WARNING)
    options = scale.deployment(ray.cluster_resources())
    name = _name_of(settings, options)
    serve.start(proxy_location="Disabled")
    running = serve.status().applications.get(APP)
    if running is None or running.status == "DEPLOY_FAILED" or name not in running.deployments:
        engine = serve.deployment(EngineReplica, name=name, graceful_shutdown_timeout_s=PATIENCE_SECONDS, **options)
        serve.run(engine.bind(settings), name=APP, route_prefix=None)
    return serve.get_app_handle(APP).options(stream=True)


def _name_of(settings: Settings, options: dict[str, Any]) -> str:
    """Return a name that playgrounds with the same engine share, so that a second one replaces nothing.

    The engine's code is part of it: replicas outlive the playground, and one that was upgraded would join the old ones.
    """
    given = (settings.model, settings.models, settings.data, settings.gpu_usd_per_hour, settings.share, options)
    said = " ".join((code_version(), *map(str, given)))
    return f"engine-{hashlib.sha256(said.encode()).hexdigest()[:12]}"

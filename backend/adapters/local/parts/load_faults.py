"""What libraries raise while they load, as sentences: what the file is, what it lacks, what to do."""

import importlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.adapters.local.machine.memory_guard import is_memory
from backend.adapters.local.weights.header import BadFile
from backend.domain.errors import NotReady, PlaygroundError
from backend.threads.background import said_by

log = logging.getLogger(__name__)

REMOTE = "nunchaku_lite"
_PACKAGES = {
    "bitsandbytes": ("bitsandbytes", "bitsandbytes"),
    "bitsandbytes_4bit": ("bitsandbytes", "bitsandbytes"),
    "bitsandbytes_8bit": ("bitsandbytes", "bitsandbytes"),
    "sdnq": ("sdnq", "sdnq"),
    "torchao": ("torchao", "torchao"),
    "quanto": ("optimum.quanto", "optimum-quanto"),
    "modelopt": ("modelopt", "nvidia-modelopt"),
    "gguf": ("gguf", "gguf"),
    "nunchaku_lite": ("kernels", "kernels"),
}
"""By the name of a way to quantise in a part's `config.json`: the module that reads it, and its package."""


def check_package(config: Path) -> str | None:
    """Return how a part in diffusers' layout is quantised, None where it isn't; raise `NotReady` without the package.

    Importing it makes it known to diffusers.
    """
    said = json.loads((config / "config.json").read_text("utf-8")).get("quantization_config")
    if not said:
        return None
    method = str(said.get("quant_method", "an unnamed way"))
    if method == REMOTE:
        _check_remote_code(config)
    module, package = _PACKAGES.get(method, ("", ""))
    if not module:
        raise NotReady(
            f"The {config.name.replace('_', ' ')} is stored in {method!r}, which the playground doesn't read: get the "
            "same model in bf16, fp8 or as GGUF."
        )
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise NotReady(
            f"The {config.name.replace('_', ' ')} is stored in {method!r}, which needs a package: run `pip install "
            f"{package}`, or get the same model in bf16."
        ) from error
    return method


def _check_remote_code(config: Path) -> None:
    """Raise `NotReady` where nobody has allowed the code from the hub that such weights are computed with.

    diffusers takes it by its major version alone, and asks its own variable of the environment.
    """
    from diffusers.utils.constants import DIFFUSERS_TRUST_REMOTE_KERNELS

    if not DIFFUSERS_TRUST_REMOTE_KERNELS:
        raise NotReady(
            f"The {config.name.replace('_', ' ')} is stored in {REMOTE!r}, whose kernels are a stranger's code that is "
            "fetched from the hub and run (rootonchair/nunchaku-lite-kernels, version 2), which is off: start with "
            "DIFFUSERS_TRUST_REMOTE_KERNELS=true to allow it, or get the same model in bf16, int8 or as GGUF."
        )


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what a library raises into `NotReady` with a sentence; memory that runs out stays what it is."""
    try:
        yield
    except PlaygroundError:
        raise
    except BadFile as error:
        raise NotReady(str(error)) from error
    except ImportError as error:
        package = (error.name or "one that isn't installed").partition(".")[0]
        raise NotReady(f"{what} needs the package {package}: run `pip install {package}`.") from error
    except Exception as error:  # Each library has its own; whoever waits has to hear what is wrong.
        if is_memory(error):
            raise
        log.exception("%s could not be read", what)
        raise NotReady(f"{what} could not be read: {said_by(error)} {_WAY_OUT}") from error


_WAY_OUT = "The file may be of another model or of a newer format: get it again, or choose another one."

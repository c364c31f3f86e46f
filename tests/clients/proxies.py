"""litellm as a proxy before servers of OpenAI's form: what its own router repeats and leaves out comes through it."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.clients.environments import environment_of
from tests.clients.run import running
from tests.serving import free_port

KEY = "sk-rehearsal-of-litellm"
"""The proxy's own key; without one that is long enough it doesn't start."""
MOCKED = "openai/gpt-4o-mini"
NO_MOCKS: Mapping[str, str] = {}
START_SECONDS = 300.0
"""Within which it has to be there: it imports for half a minute on a busy machine."""


@contextmanager
def litellm_before(
    servers: Mapping[str, tuple[str, str]],
    folder: Path,
    *,
    key: str = "none",
    mocks: Mapping[str, str] = NO_MOCKS,
    **router: object,
) -> Iterator[str]:
    """Run litellm before servers, and yield its address.

    `servers` are, by what it calls their models, their own names of these and their addresses up to `/v1`. `key` is
    theirs; `router` are litellm's settings of that name. `mocks` are chat models that it answers for itself, with the
    text by each name, or as the error that the text names; it counts and prices them as `MOCKED`.
    """
    models = [
        {"model_name": name, "litellm_params": {"model": f"openai/{model}", "api_base": server, "api_key": key}}
        for name, (model, server) in servers.items()
    ]
    models += [
        {"model_name": name, "litellm_params": {"model": MOCKED, "api_key": "none", "mock_response": text}}
        for name, text in mocks.items()
    ]
    config = {"model_list": models, "general_settings": {"master_key": KEY}, "router_settings": router}
    # What is JSON is YAML too.
    (folder / "litellm.yaml").write_text(json.dumps(config), encoding="utf-8")
    made, port, log = environment_of("litellm"), free_port(), folder / "litellm.log"
    program = str(made.program("litellm"))
    command = (program, "--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port))
    with running(made, *command, log=log) as process:
        base, until = f"http://127.0.0.1:{port}/v1", time.monotonic() + START_SECONDS
        while not _answers(base):
            assert process.poll() is None, log.read_text(encoding="utf-8")[-4000:]
            assert time.monotonic() < until, log.read_text(encoding="utf-8")[-4000:]
            time.sleep(0.2)
        yield base


def _answers(base: str) -> bool:
    try:
        reply = httpx.get(f"{base}/models", headers={"Authorization": f"Bearer {KEY}"}, timeout=10, trust_env=False)
    except httpx.HTTPError:
        return False
    return reply.is_success

"""Looks for a chat server on this machine: one question to each of the two usual ports, and never by itself."""

import asyncio
from collections.abc import Mapping

from backend.domain.errors import NotReady, PlaygroundError
from backend.prompt_helper.client import call
from backend.prompt_helper.prices import FREE
from backend.prompt_helper.server import Server

PORTS: Mapping[str, int] = {"Ollama": 11434, "llama.cpp": 8080}
"""Where each listens by its own documentation; both list their models at `/v1/models`."""
LOOK_SECONDS = 3.0


async def find(ports: Mapping[str, int], wanted: str) -> Server:
    """Return the first server that lists a model, `wanted` where it has that one; raise `NotReady` where none does."""
    servers = [Server(f"http://127.0.0.1:{port}/v1", "", prices=FREE) for port in ports.values()]
    listed = await asyncio.gather(*(_models(server) for server in servers))
    for server, models in zip(servers, listed, strict=True):
        if models:
            model = wanted if wanted in models else models[0]
            return Server(server.base_url, model, prices=FREE)
    places = " or ".join(f"{name} ({port})" for name, port in ports.items())
    raise NotReady(f"No {places} with a model answers on this machine: start one, or set `PLAYGROUND_LLM_BASE_URL`.")


async def _models(server: Server) -> list[str]:
    try:
        answer = await call(server, "/models", seconds=LOOK_SECONDS)
    except PlaygroundError:
        return []
    body = answer.json() if answer.ok else None
    entries = body.get("data") if isinstance(body, dict) else None
    found = [each.get("id") for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []
    return [name for name in found if isinstance(name, str) and name]

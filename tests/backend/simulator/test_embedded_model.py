"""The simulator's default artist: the embedded model, through the local backend."""

import numpy as np
import pytest

from backend.adapters.registry import build
from backend.domain.requests import TextToImage
from backend.settings import Settings
from backend.simulator.artist import BackendArtist
from backend.simulator.world import World

pytestmark = pytest.mark.slow


def test_the_embedded_model_draws_the_simulators_images(world: World) -> None:
    local = build("local", Settings(_env_file=None, PLAYGROUND_MODEL="tiny"), world.files)
    artist = BackendArtist(local, world.files)
    request = TextToImage(prompt="a green triangle on sand", seed=7, width=256, height=256, options={"ttl": 60})
    first, again, other = (artist.draw(request.model_copy(update={"seed": seed})) for seed in (7, 7, 8))
    assert first.size == (256, 256)
    assert np.asarray(first).std() > 1
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()

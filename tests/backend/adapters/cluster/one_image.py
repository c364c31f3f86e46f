"""One playground, one image: joins the Ray at RAY_ADDRESS and prints the image's sha256, or the error's words."""

import hashlib
import sys
from pathlib import Path

from backend.adapters.cluster.backend import ClusterBackend
from backend.adapters.job import Heard
from backend.domain.caller import Caller
from backend.domain.errors import PlaygroundError
from backend.domain.events import Generated
from backend.domain.requests import TextToImage
from backend.images.storage.files import ImageFiles
from backend.settings import Settings


def main(data: str) -> None:
    """Make it."""
    settings = Settings(_env_file=None, PLAYGROUND_DATA=Path(data), PLAYGROUND_MODEL="tiny", PLAYGROUND_REPLICAS=1)
    cluster = ClusterBackend(settings, ImageFiles(Path(data)))
    heard = Heard()
    request = TextToImage(prompt="a red circle", steps=4, seed=7, width=128, height=128)
    try:
        cluster.run(request, Caller(visitor="ann"), heard)
    except PlaygroundError as error:
        sys.exit(str(error))
    made = [each for each in heard.told if isinstance(each, Generated)]
    print(hashlib.sha256(made[0].image.tobytes()).hexdigest())


if __name__ == "__main__":
    main(*sys.argv[1:])

"""What was uploaded goes with its server, but not while another playground serves the same folder of uploads."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from gradio.routes import App

from backend.settings import Settings
from backend.upkeep.upload_folder import InUse

Lifespan = Callable[[App], AbstractAsyncContextManager[None]]


def keeping_uploads(settings: Settings) -> Lifespan:
    """Return what Gradio's app lives within: at its end Gradio removes its uploads, whose folders others may share.

    Those names are the files' hashes: the same picture, uploaded to two playgrounds of one data folder, is one file.
    What is left is `backend/upkeep/tidying.py`'s.
    """

    @asynccontextmanager
    async def lifespan(app: App) -> AsyncIterator[None]:
        in_use = InUse(settings)
        in_use.begin()
        try:
            yield
        finally:
            if in_use.end():
                app.get_blocks().temp_file_sets.clear()

    return lifespan

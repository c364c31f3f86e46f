"""Any server that speaks OpenAI's images API: an engine of the owner's own, a proxy, or a paid service.

May import: domain, images, threads, what all adapters share, adapters.provider, settings, setting_words.
"""

from backend.adapters.openai.backend import OpenAIBackend
from backend.adapters.openai.programs import write_programs
from backend.adapters.provider.backend import line_to
from backend.domain.providers import Facts
from backend.images.storage.files import ImageFiles
from backend.settings import Settings

__all__ = ["build", "write_programs"]


def build(settings: Settings, files: ImageFiles, facts: Facts) -> OpenAIBackend:
    """Build the backend of one server; raises `WrongSetting` for a price file that can't be used."""
    return OpenAIBackend(facts, settings, files, line_to(facts, settings))

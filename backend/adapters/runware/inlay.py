"""Images into a task: inside the message while they are small, else stored in the account and named."""

from PIL import Image
from pydantic import SecretStr

from backend.adapters.runware.pictures import data_uri
from backend.adapters.runware.service import Service

MOST_MESSAGE = 8 * 2**20
"""Bytes of one image over all tasks of a message; the service publishes no cap, and others report trouble at 10 MB."""


class Inlay:
    """Names a run's images; each goes into `copies` tasks of one message."""

    def __init__(self, service: Service, key: SecretStr, *, copies: int) -> None:
        self.service = service
        self.key = key
        self.copies = copies

    def name(self, image: Image.Image) -> str:
        """Return a data URI of the image as PNG, or the UUID of an upload where that would weigh too much."""
        uri = data_uri(image)
        return uri if len(uri) * self.copies <= MOST_MESSAGE else self.service.upload(uri, self.key)

    def maybe(self, image: Image.Image | None) -> str | None:
        """Return `name` of the image, or None for None."""
        return None if image is None else self.name(image)

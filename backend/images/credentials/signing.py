"""Results signed with Content Credentials. The key is in the library's hands, and goes to no other process."""

import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from PIL import Image

from backend.domain.errors import Unsigned, WrongSetting
from backend.domain.requests import Request
from backend.images.credentials.certificate import CERT, KEY, Identity
from backend.images.credentials.checking import Checker
from backend.images.credentials.claim import Deed, Source, definition, named
from backend.images.credentials.library import context_of, library
from backend.images.credentials.reader import settings_of
from backend.images.credentials.sources import Sources
from backend.images.encoding import encode
from backend.images.keep import Sign, ToSign
from backend.images.storage.files import ImageFiles

log = logging.getLogger(__name__)


class Signing:
    """Signs with one certificate; safe for many threads."""

    def __init__(self, identity: Identity, checker: Checker) -> None:
        """Hand the key to the library; raise `WrongSetting` where it signs nothing with it."""
        self.name, self.ends, self.checker = identity.name, identity.ends, checker
        self._context = context_of(settings_of(checker.trusted, checker.own))
        info = library().C2paSignerInfo(identity.algorithm, identity.chain.encode(), identity.key.encode(), None)
        try:
            self._signer = library().Signer.from_info(info)
            self.sign(encode(Image.new("RGB", (8, 8)), "png"), "png", _TRIAL, ())
        except (library().C2paError, Unsigned) as error:
            raise WrongSetting(
                f"{CERT} and {KEY} are such that nothing can be signed with them ({error}): give a certificate for "
                "Content Credentials, in one file with those that signed it, or leave both out."
            ) from None

    def sign(self, content: bytes, image_format: str, deed: Deed, sources: Sequence[Source]) -> bytes:
        """Return a PNG, JPEG or WebP file with credentials, in place of any that it had; raise `Unsigned`."""
        try:
            return self._signed(content, image_format, deed, sources)
        except Exception as error:  # Whatever the library raises: the picture may have been paid for.
            if not any(source.content for source in sources):
                raise self._unsigned(error) from error
            log.warning("Signing goes on without the credentials of what a picture was made of: %s", error)
        return self.sign(content, image_format, deed, [replace(each, content=b"", private=()) for each in sources])

    def of_run(self, files: ImageFiles, request: Request, deed: Deed) -> Sign:
        """Return what signs the results of a run; each tells for itself whether it has a watermark."""
        sources = Sources(files, self.checker, request)

        def sign(made: ToSign) -> bytes:
            done = replace(deed, watermark=made.watermark)
            return self.sign(made.content, made.image_format, done, sources.of(made.theirs, made.image_format))

        return sign

    def _signed(self, content: bytes, image_format: str, deed: Deed, sources: Sequence[Source]) -> bytes:
        builder = library().Builder(definition(deed, sources), context=self._context)
        for index, each in enumerate(sources):
            if each.content:
                told = named(index, each)
                builder.add_ingredient(told, told["format"], io.BytesIO(each.content))
        signed = io.BytesIO()
        builder.sign(self._signer, f"image/{image_format}", io.BytesIO(content), signed)
        return signed.getvalue()

    def _unsigned(self, error: Exception) -> Unsigned:
        if datetime.now(UTC) > self.ends:
            return Unsigned(
                f"the certificate ended on {self.ends:%Y-%m-%d}; whoever runs this playground has to renew it"
            )
        return Unsigned(str(error).partition("\n")[0])

    def __reduce__(self) -> Any:
        raise TypeError("The key that signs goes to no other process.")


_TRIAL = Deed("text_to_image", "trainedAlgorithmicMedia", "none", "nothing")

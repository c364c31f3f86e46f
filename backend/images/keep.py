"""From what a backend made to a file in the data folder that carries its request."""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import get_args

from PIL import Image, UnidentifiedImageError

from backend.domain.errors import BadReply, Unsigned
from backend.domain.events import Generated
from backend.domain.parts import OutputFormat
from backend.domain.records import Run, RunImage
from backend.domain.requests import of_image
from backend.images.encoding import encode
from backend.images.metadata.provenance import without_manifest, without_xmp
from backend.images.metadata.request_text import embed
from backend.images.metadata.source_type import Term, marked
from backend.images.storage.files import ImageFiles
from backend.images.watermark.pictures import watermarked, watermarked_file


@dataclass(frozen=True, slots=True)
class ToSign:
    """A result's file as it will be handed out, but for its signature, and what has to be told of it besides."""

    content: bytes
    image_format: str
    theirs: bytes | None = None
    """The provider's own file of it, if there is one."""
    watermark: bool = False
    """Whether a watermark was written into its pixels: not where they are too few, or can't be read."""


Sign = Callable[[ToSign], bytes]
"""Returns a result's file signed. Raises `Unsigned`."""
UNSIGNED = "unsigned"
"""Why an image has no signature that it should have, among its details."""

log = logging.getLogger(__name__)


def keep_image(
    files: ImageFiles,
    run: Run,
    made: Generated,
    term: Term | None = None,
    sign: Sign | None = None,
    *,
    watermark: bool = False,
) -> RunImage:
    """Write the image with its request and IPTC's term inside, and the provider's own bytes beside; return its record.

    A map, or what comes while `PLAYGROUND_MARK` is off, has no term. With `watermark` the pixels are marked too, but
    for those of the provider's own bytes. `sign` comes last: whatever changed a byte behind it would break the
    signature.
    """
    drawn = made.image
    if watermark and isinstance(drawn, Image.Image):
        made = replace(made, image=watermarked(drawn))
    content, image_format, (width, height) = _as_file(run, made)
    from_provider = isinstance(drawn, bytes)
    bare = _bare(content, image_format, term) if from_provider else content
    final = watermarked_file(bare, image_format) if watermark and from_provider else bare
    stamped = embed(final, image_format, of_image(run.request, made.index), made.seed, run.backend, made.details)
    stamped = marked(stamped, image_format, term)
    details = dict(made.details)
    if sign is not None:
        try:
            theirs = content if from_provider else None
            in_pixels = made.image is not drawn or final is not bare
            stamped = sign(ToSign(stamped, image_format, theirs, in_pixels))
        except Unsigned as error:
            log.error("An image of run %s isn't signed: %s", run.id, error)
            details[UNSIGNED] = str(error)
    return RunImage(
        index=made.index,
        sha256=files.put(stamped, image_format),
        format=image_format,
        width=width,
        height=height,
        seed=made.seed,
        cost_usd=made.cost_usd,
        flagged=made.flagged,
        original=files.put(content, image_format) if from_provider else None,
        details=details,
        bytes=len(stamped) + (len(content) if from_provider else 0),
    )


def _bare(content: bytes, image_format: str, term: Term | None) -> bytes:
    """Return a provider's file without what would be wrong, or said twice, in ours."""
    bare = without_manifest(content, image_format)
    return without_xmp(bare, image_format) if term else bare


def _as_file(run: Run, made: Generated) -> tuple[bytes, str, tuple[int, int]]:
    if isinstance(made.image, Image.Image):
        request = run.request
        content = encode(made.image, request.output_format, request.output_quality)
        return content, request.output_format, made.image.size
    try:
        with Image.open(io.BytesIO(made.image)) as picture:
            image_format = (picture.format or "").lower()
            if image_format in get_args(OutputFormat):
                return made.image, image_format, picture.size
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        pass
    raise BadReply("The provider sent a file that is no PNG, JPEG or WebP image; it may still be billed.")

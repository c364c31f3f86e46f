"""What a visitor brings: files that were uploaded, masks that were drawn; kept in the data folder as theirs."""

import base64
import binascii
import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from gradio.utils import get_upload_folder

from backend.domain.caller import Caller
from backend.domain.errors import BadImage, InvalidRequest, Problem
from backend.generation.picture_access import is_own, receive
from backend.images.incoming import MOST_BYTES, check_header, open_upright
from backend.playground import Playground
from ui.serving.served import SERVED, Served, shown_again

MOST_FILE_BYTES = MOST_BYTES
"""Of a file that a visitor brings."""
_PNG_URL = "data:image/png;base64,"
_REFERENCE = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ADDRESS = re.compile(r"data:image/(?P<format>png|jpeg|webp|avif);base64,", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture that is kept in the data folder as the caller's already, by its sha256; no JSON can spell it."""

    sha256: str


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes in what one visitor sends along with a request."""

    playground: Playground
    caller: Caller

    def picture(self, value: object) -> str | None:
        """Keep an uploaded file and return its sha256; None for none, and `BadImage` for another file.

        A picture of the caller's own goes on by its sha256, however large it is.
        """
        if value is None:
            return None
        if isinstance(value, Kept):
            return value.sha256
        path = value.get("path") if isinstance(value, dict) else value
        if isinstance(path, str) and _REFERENCE.fullmatch(path) and is_own(self.playground, self.caller, path):
            return path
        resolved = Path(str(path)).resolve()
        # The value came from outside: only what was uploaded to Gradio's own folder is ever opened.
        if not resolved.is_relative_to(Path(get_upload_folder()).resolve()) or not resolved.is_file():
            raise BadImage(
                "The image isn't a file that was uploaded here, nor the sha256 of a result of yours: upload it, and "
                "send what the upload returned."
            )
        shown_again(resolved)  # A copy that lies on an easel is in use for as long as it does.
        return receive(self.playground, self.caller, resolved)

    def mask(self, text: object) -> str | None:
        """Keep the mask that the browser drew (a PNG as data address) and return its sha256; None where there is none.

        Raises `InvalidRequest` for an empty one, and `BadImage` for what the page can't have drawn.
        """
        if not text:
            return None
        if not isinstance(text, str) or not text.startswith(_PNG_URL):
            raise BadImage("The mask isn't what the page draws: reload the page and draw it again.")
        files = self.playground.files
        drawing = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
        sha256 = files.kept(drawing) or files.known.note(drawing, self._keep_mask(text))
        self.playground.holders.add_picture(sha256, self.caller.visitor)
        return sha256

    def _keep_mask(self, text: str) -> str:
        try:
            content = base64.b64decode(text.removeprefix(_PNG_URL), validate=True)
        except ValueError as error:
            raise BadImage("The mask arrived damaged: draw it again.") from error
        image_format = check_header(content)
        if open_upright(io.BytesIO(content)).getbbox() is None:
            raise InvalidRequest([Problem("mask", "is empty; draw over the part that is to be painted anew.")])
        self.playground.disk.check(len(content))
        return self.playground.files.put(content, image_format)


def keep_address(value: object, served: Served) -> object:
    """Return the upload that an address stands for; anything else stays as it is.

    The bytes of a `data:` address are put where uploads lie; an address of a file that is served here is its path.
    Raises `BadImage` where they are no base64.
    """
    if not isinstance(value, str):
        return {"path": value}
    head = _ADDRESS.match(value)
    if head is None:
        return {"path": unquote(value.rpartition(SERVED)[2])}
    try:
        content = base64.b64decode(value[head.end() :], validate=True)
    except binascii.Error as error:
        raise BadImage("The image's `data:` address is no base64: encode the file's bytes again.") from error
    return {"path": str(served.upload(content, head["format"]))}

"""From a body in OpenAI's form to what runs: generations, edits and variations."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.domain.errors import InvalidRequest, Problem, Unsupported
from backend.domain.requests import Mode
from backend.generation.prepared import Asked
from backend.images.encoding import encode_mask
from backend.images.incoming import check_size, opened, read_header
from backend.prompts.final_words import as_they_are
from backend.prompts.grammar import escaped
from backend.restore.read import read_metadata
from ui.endpoints.door import pictures
from ui.endpoints.door.route import Call
from ui.endpoints.openai.fields import Values, request_values
from ui.endpoints.openai.models import choose
from ui.endpoints.script_runs import Scripts
from ui.serving.uploads import Kept

MOST_IMAGES = 20
"""That one request may make."""
VARIATION_STRENGTH = 0.6
CAME_BACK = (
    "means {label}, by which this very order has come already, so that it would go round for ever: its address, or "
    "that of a server behind it, is this playground's own. Set another address, or a model that is drawn here."
)
ANY_PICTURE = "a picture"
"""The prompt of a variation whose picture says none."""


@dataclass(slots=True)
class Asking:
    """Reads one request; `names` are our fields by what the request calls them, for what is said of them."""

    scripts: Scripts
    call: Call
    names: dict[str, str] = field(default_factory=dict)

    def generation(self) -> list[Asked]:
        """Return what runs; raise a `PlaygroundError` for what is wrong, as all of these do."""
        self._refuse(
            ("image", "images", "mask"), "has no place here: send it to /v1/images/edits, which draws over it."
        )
        return [self._asked("text_to_image", self._values("text_to_image"))]

    def edits(self) -> list[Asked]:
        """Return a run a picture: the first with its mask, if there is one; the others are redrawn, each by itself.

        OpenAI's model puts several pictures together into one; this one can't, and says so in its documentation.
        """
        if self.call.body.values.get("factor") not in (None, ""):
            return self._enlargements()
        given = self._pictures()
        kept = [self._keep(content, "image") for content in given]
        mask = self._mask(given[0])
        asked = []
        for number, picture in enumerate(kept):
            mode: Mode = "inpaint" if mask and number == 0 else "image_to_image"
            values = self._values(mode) | {"image": picture} | ({"mask": mask} if mode == "inpaint" else {})
            asked.append(self._asked(mode, values))
        self._check_count(asked)
        return asked

    def _enlargements(self) -> list[Asked]:
        """Return a run a picture that makes it larger: what a `factor` means, of which OpenAI's form knows nothing."""
        self._refuse(("mask",), "has no place beside `factor`: a picture is made larger as a whole.")
        values = self._values("upscale")
        kept = [self._keep(content, "image") for content in self._pictures()]
        asked = [self._asked("upscale", values | {"image": picture}) for picture in kept]
        self._check_count(asked)
        return asked

    def variations(self) -> list[Asked]:
        """Return the run that redraws a picture after the prompt that it carries.

        Raises `InvalidRequest` for more than one picture.
        """
        self._refuse(("mask",), "has no place here: send it with its picture to /v1/images/edits.")
        content, *more = self._pictures()
        if more:
            raise InvalidRequest([Problem("image", f"holds {len(more) + 1} pictures; a variation is of one.")])
        values = {"strength": VARIATION_STRENGTH, "prompt": _prompt_of(content)} | self._values("image_to_image")
        return [self._asked("image_to_image", values | {"image": self._keep(content, "image")})]

    def _refuse(self, names: Sequence[str], why: str) -> None:
        """Refuse pictures that this path has no use for: a drawing without them isn't what was meant, and may cost."""
        body = self.call.body
        if given := [name for name in names if body.files.get(name) or body.values.get(name)]:
            raise InvalidRequest([Problem(name, why) for name in given])

    def _values(self, mode: Mode) -> Values:
        body = self.call.body
        values, names = request_values(mode, body.values, is_form=body.is_form)
        self.names.update(names)
        return values

    def _asked(self, mode: Mode, values: Values) -> Asked:
        backend = choose(self.scripts.playground, self.call.body.values.get("model"))
        if backend.comes_back(self.call.caller.passed):
            raise Unsupported([Problem("model", CAME_BACK.format(label=backend.label))])
        # Nobody who speaks this form sends steps unasked: what the model begins with on the page is meant.
        begun = {} if mode == "upscale" else backend.capabilities.defaults
        given = {**begun, **values, "backend": backend.name}
        if self.call.caller.passed:  # Another playground has drawn and filled its words already.
            given = as_they_are(given)
        return self.scripts.asked(mode, given, self.call.caller)

    def _keep(self, content: bytes, name: str) -> Kept:
        return pictures.keep(self.scripts.playground, self.call.caller, content, name)

    def _check_count(self, asked: Sequence[Asked]) -> None:
        count = sum(each.request.count for each in asked)
        if count > MOST_IMAGES:
            message = f"makes {count} images of {len(asked)} pictures; the most is {MOST_IMAGES}."
            raise InvalidRequest([Problem("count", message)])

    def _pictures(self) -> list[bytes]:
        """Return the pictures: files, or in JSON base64 as `image`, or OpenAI's `images` with an `image_url` each."""
        body = self.call.body
        if found := [*body.files.get("image", ()), *body.files.get("images", ())]:
            _check_pictures(found)
            return found
        told = body.values.get("images") or body.values.get("image")
        entries = told if isinstance(told, list) else [] if told in (None, "") else [told]
        if not entries:
            raise InvalidRequest([Problem("image", "is missing; send one.")])
        _check_pictures(entries)
        return [pictures.decoded(*_text_of(entry, "image")) for entry in entries]

    def _mask(self, of: bytes) -> Kept | None:
        """Return the mask as we have it, white where OpenAI's is transparent; None where there is none."""
        files, told = self.call.body.files.get("mask", ()), self.call.body.values.get("mask")
        if not files and told in (None, ""):
            return None
        content = files[0] if files else pictures.decoded(*_text_of(told, "mask"))
        with pictures.of_field("mask"):
            check_size(len(content))
            size, own = read_header(of).sides, read_header(content).sides
            drawn = _transparent_part(content)
        if drawn is None:
            message = "has nothing transparent: make transparent what is to be painted anew."
            raise InvalidRequest([Problem("mask", message)])
        if size != own and size and own:
            message = f"has {own[0]}×{own[1]} pixels, the image {size[0]}×{size[1]}: make it the same size."
            raise InvalidRequest([Problem("mask", message)])
        return self._keep(drawn, "mask")


def _check_pictures(given: Sequence[object]) -> None:
    """Refuse more pictures than there may be images of them, before any is decoded and kept."""
    if len(given) > MOST_IMAGES:
        raise InvalidRequest([Problem("image", f"holds {len(given)} pictures; the most is {MOST_IMAGES}.")])


def _text_of(entry: object, name: str) -> tuple[object, str]:
    """Return a picture's text and its field: the entry itself, or what OpenAI writes around it."""
    if isinstance(entry, dict):
        inner: Any = entry.get("image_url", entry.get("b64_json"))
        inner = inner.get("url") if isinstance(inner, dict) else inner
        return inner, f"{name}.image_url"
    return entry, name


def _transparent_part(content: bytes) -> bytes | None:
    """Return a mask (PNG, grey) that is white where a picture is transparent; None where nothing is."""
    with opened(io.BytesIO(content)) as picture:
        if picture.mode not in ("RGBA", "LA", "PA") and "transparency" not in picture.info:
            return None
        alpha = picture.convert("RGBA").getchannel("A")
    mask = alpha.point([255 - value for value in range(256)])
    return None if mask.getbbox() is None else encode_mask(mask)


def _prompt_of(content: bytes) -> str:
    found = read_metadata(content)
    prompt = str(found.recipe.get("prompt") or "") if found else ""
    return escaped(prompt) if len(prompt.strip()) > 1 else ANY_PICTURE

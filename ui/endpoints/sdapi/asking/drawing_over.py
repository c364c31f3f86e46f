"""A body of `/img2img`: a picture drawn over as a whole, or where its mask is white."""

from PIL import Image

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.requests import Inpaint
from backend.images.masks import KEPT
from ui.endpoints.sdapi.asking.body import Img2Img
from ui.endpoints.sdapi.asking.canvas import CROP, FILL, LATENT, brought, prepared_mask, without_marked
from ui.endpoints.sdapi.asking.pictures import Sent, sent_picture
from ui.endpoints.sdapi.asking.reading import To, Wanted, begun, check_sides, take_controls, take_size

STRENGTH = 0.75
"""A1111's `denoising_strength` where none is sent (`modules/processing.py`)."""
FILLED, ORIGINAL = 0, 1
"""`inpainting_fill`; 2 and 3, latent noise and latent nothing, leave nothing of what is marked to begin from."""
_MARGIN = {type(each).__name__: each for each in Inpaint.model_fields["mask_margin"].metadata}
LEAST_MARGIN, MOST_MARGIN = _MARGIN["Ge"].ge, _MARGIN["Le"].le


def img2img(body: Img2Img, to: To) -> Wanted:
    """Return what a body of `/img2img` asks for; raise `InvalidRequest` that names each field as the body has it."""
    _check(body)
    wanted = begun(body, to)
    wanted.values["strength"] = _strength(wanted, body)
    sent = sent_picture(body.init_images[0], "init_images.0")
    mask = _mask(body, sent) if body.mask else None
    if mask is not None and _marks_all(mask):
        wanted.notes.append("`mask` marks the whole picture, which is drawn over as one without a mask.")
        mask = None
    if mask is None:
        _whole(wanted, body, to, sent)
    else:
        _marked(wanted, body, to, sent, mask)
    return wanted


def _check(body: Img2Img) -> None:
    if body.enable_hr:
        why = "goes with words alone, as in A1111: send false, or enlarge the result by `/sdapi/v1/extra-single-image`."
        raise InvalidRequest([Problem("enable_hr", why)])
    many = len(body.init_images)
    if many != 1:
        why = f"has {many} pictures; one is drawn over at a time." if many else "is missing; send a picture in base64."
        raise InvalidRequest([Problem("init_images", why)])
    if body.resize_mode == LATENT:
        why = "is 3, a resize of what the model works in, which isn't done here; send 0, 1 or 2."
        raise InvalidRequest([Problem("resize_mode", why)])


def _strength(wanted: Wanted, body: Img2Img) -> float:
    if wanted.details_alone:
        return 0.0
    return STRENGTH if body.denoising_strength is None else body.denoising_strength


def _mask(body: Img2Img, sent: Sent) -> Image.Image:
    drawn = sent_picture(body.mask, "mask").mask()
    return prepared_mask(drawn, sent.opened().size, invert=body.inpainting_mask_invert == 1, blur=body.blur)


def _marks_all(mask: Image.Image) -> bool:
    least, _ = mask.getextrema()
    return isinstance(least, int) and least > KEPT


def _whole(wanted: Wanted, body: Img2Img, to: To, sent: Sent) -> None:
    wanted.mode = "image_to_image"
    size = take_size(wanted, body)
    if body.resize_mode == FILL and size is not None:
        sent = sent.changed(brought(sent.opened(), size, FILL))
    wanted.values |= {"image": to.keep(sent.content, sent.field), "resize": _resize(body)}
    take_controls(wanted, body, to, size=size, start=sent)


def _resize(body: Img2Img) -> str:
    return "crop" if body.resize_mode == CROP else "stretch"


def _marked(wanted: Wanted, body: Img2Img, to: To, sent: Sent, mask: Image.Image) -> None:
    wanted.mode = "inpaint"
    if not wanted.details_alone:
        _begin_from_nothing(wanted, body)
    picture = sent.opened()
    own_size = picture.size
    if body.inpaint_full_res and to.can.can_take("mask_margin"):
        _close_up(wanted, body, own_size)
    else:
        size = _canvas_of(body, own_size)
        picture, mask = (brought(each, size, body.resize_mode) for each in (picture, mask))
        if body.inpaint_full_res:
            wanted.notes.append("`inpaint_full_res` has no effect with this model: the whole picture was taken.")
    if body.inpainting_fill == FILLED and wanted.values["strength"] < 1 and not wanted.details_alone:
        picture = without_marked(picture, mask)
        sent = sent.changed(picture)
    elif picture.size != own_size:
        sent = sent.changed(picture)
    wanted.values |= {"image": to.keep(sent.content, sent.field)}
    drawn_mask = Sent(b"", "mask").changed(mask)
    wanted.values |= {"mask": to.keep(drawn_mask.content, drawn_mask.field)}
    take_controls(wanted, body, to, size=None, start=sent)


def _canvas_of(body: Img2Img, own_size: tuple[int, int]) -> tuple[int, int]:
    """Return the width and height (pixels) to bring a picture to: what is sent, else its own."""
    width, height = body.width or own_size[0], body.height or own_size[1]
    sides = (("width", width, own_size[0]), ("height", height, own_size[1]))
    check_sides({name: side for name, side, own in sides if side != own})
    return width, height


def _begin_from_nothing(wanted: Wanted, body: Img2Img) -> None:
    strength = wanted.values["strength"]
    if body.inpainting_fill > ORIGINAL and strength < 1:
        wanted.values["strength"] = 1.0
        wanted.notes.append(
            f"`inpainting_fill` {body.inpainting_fill} begins from noise alone, which is a `denoising_strength` of 1 "
            f"here, not {strength:g}."
        )


def _close_up(wanted: Wanted, body: Img2Img, own_size: tuple[int, int]) -> None:
    """Draw the marked part alone, close up, and put it back into the picture, which keeps its size."""
    padding = body.inpaint_full_res_padding
    margin = min(max(padding, LEAST_MARGIN), MOST_MARGIN)
    wanted.values["mask_margin"] = margin
    if margin != padding:
        wanted.notes.append(
            f"`inpaint_full_res_padding` is {LEAST_MARGIN} to {MOST_MARGIN} here: {padding} as {margin}."
        )
    given = (body.width or own_size[0], body.height or own_size[1])
    if given != own_size:
        wanted.notes.append(
            "`width` and `height` have no effect with `inpaint_full_res`: the result has the picture's size."
        )

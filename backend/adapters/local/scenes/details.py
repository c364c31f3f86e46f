"""Faces and hands of a picture that is done, found and drawn again at the model's own size, one after another."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from PIL import Image, ImageChops

from backend.adapters.local.control.sighting import Sighting
from backend.adapters.local.drawing.drawing import Draw, Drawing, OnStep
from backend.adapters.local.samplers.sampler import calls_of
from backend.adapters.local.scenes.growing import Growing
from backend.adapters.local.scenes.repaint import Part, Repaint
from backend.adapters.local.scenes.scene import Scene, Stage
from backend.domain.parts import MAX_SEED, Detail, Target
from backend.domain.records import AS_MADE
from backend.domain.request_fields import paths
from backend.domain.requests import Request
from backend.images.boxes import Box, grown
from backend.images.masks import ANEW, KEPT, feathered, put_together

TAKES = frozenset(paths(Detail, "details."))
"""The fields of what is drawn again."""
UNFOUND: Mapping[frozenset[Target], str] = {
    frozenset({"face"}): "No face was found to draw again; a lower confidence may find one.",
    frozenset({"hand"}): "No hand was found to draw again; a lower confidence may find one.",
    frozenset({"face", "hand"}): "No face and no hand was found to draw again; a lower confidence may find one.",
}
_AROUND = 0.25
"""Of its sides, what of the picture is shown to the model around a part."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part is drawn again: what was asked for it, and its box with the padding, in the picture's pixels."""

    detail: Detail
    area: Box


def detailed(request: Request, stage: Stage, scene: Scene, within: Image.Image | None = None) -> Scene:
    """Return the scene with the details that its request asks for; nothing else of its pictures changes.

    `within` (mode L, the picture's size) is black where not even those may change anything.
    """
    if not asked_for(request):
        return scene

    def paint(seed: int, draw: Draw) -> Image.Image:
        before = _Counted(draw)
        picture = scene(seed, before)
        return _Again(request, stage, within).drawn(picture, seed, draw, before.steps)

    return paint


def asked_for(request: Request) -> tuple[Detail, ...]:
    """Return the details that draw anything: at strength 0 a part is left as it is."""
    return tuple(detail for detail in request.details if detail.strength)


def unfound(request: Request, drawn: Collection[Target]) -> Mapping[str, str]:
    """Return what is said of an image in which something that was asked for wasn't found; `drawn` was."""
    lacking = frozenset(detail.target for detail in asked_for(request)) - frozenset(drawn)
    return {AS_MADE: UNFOUND[lacking]} if lacking else {}


def by_detail(request: Request, detail: Detail) -> Request:
    """Return the request by which a part is drawn: the detail's own words and numbers, where it has some."""
    own = {
        "prompt": detail.prompt or request.prompt,
        "negative_prompt": detail.negative_prompt or request.negative_prompt,
        "steps": detail.steps or request.steps,
        "guidance": request.guidance if detail.guidance is None else detail.guidance,
    }
    return request.model_copy(update=own)


def places(
    details: tuple[Detail, ...], seen: tuple[Sighting, ...], size: tuple[int, int], within: Image.Image | None = None
) -> Iterator[Place]:
    """Yield where something is drawn again in a picture of `size` (pixels): detail by detail, from left to right."""
    for detail in details:
        for each in sorted(seen, key=lambda each: each.box):
            if each.target != detail.target or each.score < detail.confidence:
                continue
            area = grown(each.box, detail.mask_padding, size)
            if within is None or within.crop(area).getbbox():
                yield Place(detail, area)


def crop_around(area: Box, size: tuple[int, int], shape: tuple[int, int]) -> Box:
    """Return what the model is shown for a part: with some of the picture around it, in the model's own `shape`.

    Within a picture of `size` (pixels), whose edges may cut it to another shape.
    """
    wide, high = ((area[2] - area[0]) * (1 + 2 * _AROUND), (area[3] - area[1]) * (1 + 2 * _AROUND))
    wide, high = max(wide, high * shape[0] / shape[1]), max(high, wide * shape[1] / shape[0])
    sides = (min(round(wide), size[0]), min(round(high), size[1]))
    middle = ((area[0] + area[2]) / 2, (area[1] + area[3]) / 2)
    left, top = (
        min(max(round(at - side / 2), 0), most - side) for at, side, most in zip(middle, sides, size, strict=True)
    )
    return left, top, left + sides[0], top + sides[1]


class _Again:
    """Draws the parts of one picture again."""

    def __init__(self, request: Request, stage: Stage, within: Image.Image | None) -> None:
        self._request, self._stage, self._within = request, stage, within
        self._shape = stage.frame.drawn(stage.frame.default)

    def drawn(self, picture: Image.Image, seed: int, draw: Draw, before: int) -> Image.Image:
        """Return the picture (RGB) with its parts drawn again; `before` steps were told of it already."""
        found = list(places(asked_for(self._request), self._stage.means.find(picture), picture.size, self._within))
        if not found:
            return picture
        total = before + sum(self._calls(place) for place in found)
        result, growing = picture.copy(), Growing(picture, done=before, total=total, lit=True)
        for index, place in enumerate(found):
            box = crop_around(place.area, result.size, self._shape)
            doing = f"Drawing {place.detail.target} {index + 1} of {len(found)} again"
            told = _Told(draw, growing.of_tile(box), doing, place.detail.target)
            own_seed = (seed + 1 + index) % (MAX_SEED + 1)
            result.paste(self._part(result, box, place, own_seed, told), box[:2])
            growing.laid(result.crop(box), box, self._calls(place))
        return result

    def _part(self, picture: Image.Image, box: Box, place: Place, seed: int, draw: Draw) -> Image.Image:
        """Return what is in the box of the picture, with the place in it drawn again."""
        shown, mask = picture.crop(box), _spot(place.area, box)
        strength = place.detail.strength
        part = Part(image=shown, mask=mask, strength=strength, whole=picture.size, corner=box[:2])
        repaint = Repaint(by_detail(self._request, place.detail), seed, draw, self._stage)
        size = self._shape if _fits(shown.size, self._shape) else self._stage.frame.close_up(shown.size)
        blend = feathered(mask, place.detail.mask_blur)
        if self._within is not None:
            blend = ImageChops.darker(blend, self._within.crop(box))
        return put_together(shown, repaint.enlarged(part, size), blend)

    def _calls(self, place: Place) -> int:
        return calls_of(self._request.scheduler, by_detail(self._request, place.detail).steps)


def _spot(area: Box, box: Box) -> Image.Image:
    """Return the mask (mode L) of what lies in `box`: the area may change."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]), KEPT)
    mask.paste(ANEW, (area[0] - box[0], area[1] - box[1], area[2] - box[0], area[3] - box[1]))
    return mask


class _Counted:
    """Draws, and knows how many steps were told last."""

    def __init__(self, draw: Draw) -> None:
        self._draw, self.steps = draw, 0

    def __call__(self, drawing: Drawing) -> Image.Image:
        return self._draw(replace(drawing, among=lambda on_step: drawing.among(self._counting(on_step))))

    def _counting(self, on_step: OnStep) -> OnStep:
        def count(step: int, total: int, preview: bytes | None) -> None:
            self.steps = step
            on_step(step, total, preview)

        return count


@dataclass(frozen=True, slots=True)
class _Told:
    """Draws a part, and tells of it as of one of the picture's drawings."""

    draw: Draw
    among: Callable[[OnStep], OnStep]
    doing: str
    target: Target

    def __call__(self, drawing: Drawing) -> Image.Image:
        return self.draw(replace(drawing, among=self.among, doing=self.doing, target=self.target))


def _fits(size: tuple[int, int], shape: tuple[int, int]) -> bool:
    """Whether a part of `size` is about of this shape, and no larger: then it is drawn at just that."""
    alike = abs(size[0] * shape[1] - size[1] * shape[0]) <= max(size) * max(shape) * 0.02
    return alike and size[0] <= shape[0] and size[1] <= shape[1]

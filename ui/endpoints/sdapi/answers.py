"""What came of a request in A1111's form: images in bare base64, the body's values, and `info` as JSON in a text."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from backend.domain.errors import PlaygroundError
from backend.domain.records import DREW, Run, RunImage
from backend.domain.requests import Request, of_image
from backend.images.metadata.request_text import KEY, MODEL, infotext
from backend.playground import Playground
from backend.record.run_json import runs_json, seed_json
from ui.endpoints.door.pictures import encoded
from ui.endpoints.openai.models import model_id
from ui.endpoints.sdapi.asking.body import Txt2Img
from ui.endpoints.sdapi.asking.tuning import sampler_name

OURS = "playground"
"""The name of our own object in `info`."""
_PICTURES = {"init_images", "mask", "alwayson_scripts"}


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a request: its runs as they stand on record, and sentences on what of it isn't as it was sent."""

    runs: Sequence[Run]
    notes: Sequence[str] = ()
    refusal: PlaygroundError | None = None

    @property
    def images(self) -> list[tuple[Run, RunImage]]:
        """Return every image with the run that it is of."""
        return [(run, image) for run in self.runs for image in run.images]


def answer_json(playground: Playground, body: Txt2Img, came: Came) -> dict[str, JsonValue]:
    """Return the whole answer; an image whose file is gone is named in `info`, and the others are there."""
    texts, lost = [], list(came.notes)
    for number, (_, image) in enumerate(came.images, 1):
        try:
            texts.append(encoded(playground, image))
        except PlaygroundError as error:
            lost.append(f"Image {number} can't be handed out: {error}")
    info = info_json(playground, body, Came(came.runs, lost, came.refusal))
    parameters = body.model_dump(mode="json", exclude=_PICTURES)
    images: list[JsonValue] = [*texts] if body.send_images else []
    return {"images": images, "parameters": parameters, "info": json.dumps(info)}


def info_json(playground: Playground, body: Txt2Img, came: Came) -> dict[str, JsonValue]:
    """Return A1111's `info`, with the record of the runs, their bill and our notes in one object of our own."""
    if not came.runs:
        return {"all_seeds": [], "infotexts": [], OURS: {"notes": list(came.notes)}}
    told = {**runs_json(came.runs, came.refusal), "notes": list(came.notes)}
    seeds: list[JsonValue] = [seed_json(image.seed) for _, image in came.images]
    first = came.runs[0]
    subseeds: list[JsonValue] = [
        seed_json(of_image(run.request, image.index).variation_seed) for run, image in came.images
    ]
    return {
        **_request_json(first.request, body),
        "all_prompts": [run.request.prompt for run, _ in came.images],
        "all_negative_prompts": [run.request.negative_prompt for run, _ in came.images],
        "seed": next(iter(seeds), None),
        "all_seeds": seeds,
        "subseed": next(iter(subseeds), None),
        "all_subseeds": subseeds,
        **_size_json(came),
        "sd_model_name": model_id(playground.backends[first.backend])
        if first.backend in playground.backends
        else first.backend,
        "infotexts": [text_of(run, image) for run, image in came.images],
        "job_timestamp": first.created.strftime("%Y%m%d%H%M%S"),
        **_NEVER,
        OURS: told,
    }


def text_of(run: Run, image: RunImage) -> str:
    """Return the infotext that stands in an image's file."""
    return infotext(of_image(run.request, image.index), image.seed, str(image.details.get(DREW, MODEL)))


def _request_json(request: Request, body: Txt2Img) -> dict[str, JsonValue]:
    return {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "subseed_strength": request.variation_strength,
        "sampler_name": sampler_name(request.scheduler),
        "cfg_scale": request.guidance,
        "steps": request.steps,
        "batch_size": request.count,
        "denoising_strength": getattr(request, "strength", None),
        "extra_generation_params": {"Shift": request.shift},
        "styles": list(body.styles),
    }


def _size_json(came: Came) -> dict[str, JsonValue]:
    """Return the size of the first image in pixels, as LibreChat shows it."""
    image = next((image for _, image in came.images), None)
    return {"width": image.width if image else None, "height": image.height if image else None}


_NEVER: dict[str, JsonValue] = {
    "restore_faces": False,
    "face_restoration_model": None,
    "sd_model_hash": None,
    "sd_vae_name": None,
    "sd_vae_hash": None,
    "seed_resize_from_w": -1,
    "seed_resize_from_h": -1,
    "index_of_first_image": 0,
    "clip_skip": 1,
    "is_using_inpainting_conditioning": False,
    "version": KEY,
}
"""What A1111's `info` has and no picture from here ever says otherwise."""

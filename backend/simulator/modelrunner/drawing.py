"""From the simulated model's inputs to files, with the artist of the simulator."""

import io

from PIL import Image

from backend.domain.requests import ControlNet
from backend.images.encoding import encode
from backend.images.incoming import upright
from backend.images.sizing import drawable
from backend.simulator.modelrunner.job import Job
from backend.simulator.modelrunner.prices import published
from backend.simulator.modelrunner.schema import ModelInput
from backend.simulator.world import World


def draw(world: World, job: Job) -> list[str]:
    """Draw and bill a job; return where its images lie. Raises `ValueError` for what fails at the model."""
    given = job.given
    if world.strict and given.strange:
        raise ValueError(f"Unexpected field: {given.strange[0]}")
    request = _request(world, job)
    addresses = [_draw_one(world, job, request, job.seed + index) for index in range(given.num_images)]
    world.account.bill(job.price)
    return addresses


def size_of(world: World, given: ModelInput) -> tuple[int, int]:
    """Return the width and height in pixels of what the inputs ask for."""
    if given.size is not None:
        return drawable(given.size)
    return drawable(_control_image(world, given).size)


def _request(world: World, job: Job) -> ControlNet:
    given = job.given
    width, height = size_of(world, given)
    job.price = world.billed(published(given, (width, height)))
    return ControlNet(
        prompt=given.prompt[:3000].ljust(2, "."),
        image=world.files.put(encode(_control_image(world, given), "png"), "png"),
        preprocess=given.preprocess,
        control_scale=given.control_scale,
        control_start=min(given.control_start, 0.99),
        control_end=max(given.control_end, min(given.control_start, 0.99) + 0.01),
        width=width,
        height=height,
        steps=given.num_inference_steps,
        seed=job.seed,
    )


def _draw_one(world: World, job: Job, request: ControlNet, seed: int) -> str:
    image = world.artist.draw(request.model_copy(update={"seed": seed}))
    kind = job.given.output_format
    name = world.media.put(encode(image, kind), f"image/{kind}")
    return f"{job.origin}/media/{name}"


def _control_image(world: World, given: ModelInput) -> Image.Image:
    """Return the image that the inputs name; it has to be one that was put here."""
    found = world.media.get(given.image_url.rpartition("/media/")[2])
    if found is None:
        raise ValueError(f"Could not fetch image_url {given.image_url[:80]}")
    with Image.open(io.BytesIO(found[0])) as picture:
        return upright(picture)

"""Who draws: flat colours, and another backend."""

from PIL import Image

from backend.adapters.fake import FakeBackend
from backend.domain.events import Generated, Listener
from backend.domain.parts import Lora
from backend.domain.requests import Outpaint, TextToImage
from backend.images.encoding import encode
from backend.simulator.artist import BackendArtist, FlatArtist
from backend.simulator.world import World


def test_the_same_request_gives_the_same_pixels_and_another_seed_others(world: World) -> None:
    artist = FlatArtist(world.files)
    request = TextToImage(prompt="a cat", seed=7, width=128, height=256)
    assert artist.draw(request).size == (128, 256)
    assert artist.draw(request).tobytes() == artist.draw(request).tobytes()
    assert artist.draw(request).tobytes() != artist.draw(request.model_copy(update={"seed": 8})).tobytes()


def test_an_outpainted_image_grows(world: World) -> None:
    image = world.files.put(encode(Image.new("RGB", (64, 48)), "png"), "png")
    assert FlatArtist(world.files).draw(Outpaint(prompt="wide", image=image, left=16, top=32, seed=1)).size == (80, 80)


def test_images_say_that_they_are_simulated(world: World) -> None:
    request = TextToImage(prompt="a cat", seed=7, width=256, height=256)
    colours = FlatArtist(world.files).draw(request).getcolors(65536)
    assert colours is not None
    assert len(colours) > 1


class Pixels(FakeBackend):
    """Delivers pixels, and keeps the request."""

    def run(self, request: TextToImage, caller: object, job: Listener) -> None:  # type: ignore[override]
        self.request = request
        job.deliver(Generated(Image.new("RGB", (128, 128), "red"), 7, None))


def test_another_backend_draws_without_what_only_a_provider_has(world: World) -> None:
    backend = Pixels(world.files)
    request = TextToImage(prompt="a cat", seed=7, loras=(Lora(model="civitai:1@2"),), options={"ttl": 60}, count=3)
    assert BackendArtist(backend, world.files).draw(request).getpixel((100, 10)) == (255, 0, 0)
    assert (backend.request.loras, backend.request.options, backend.request.count) == ((), {}, 1)

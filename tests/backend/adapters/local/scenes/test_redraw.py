import pytest
from PIL import Image

from backend.adapters.local.control.detectors import Detectors
from backend.adapters.local.machine.extras import Extras
from backend.adapters.local.scenes import Frame, prepare
from backend.domain.requests import ControlNet, ImageToImage, TextToImage
from backend.images.storage.files import ImageFiles
from tests.backend.adapters.local.scenes.conftest import Brush, Keep, noise, same


def test_words_alone_are_drawn_at_the_size_asked_for_or_the_models_own(scene, brush: Brush) -> None:
    scene(TextToImage(prompt="a star", width=128, height=192))(7, brush)
    scene(TextToImage(prompt="a star"))(8, brush)
    assert [(drawing.size, drawing.seed) for drawing in brush.drawings] == [((128, 192), 7), ((256, 256), 8)]
    assert brush.drawings[0].start is None


def test_a_model_whose_usual_size_is_none_of_its_native_ones_draws_smaller_and_enlarges(
    files: ImageFiles, brush: Brush
) -> None:
    small = Frame((256, 256), usual=192, trained=((128, 128), (192, 128), (128, 192)))
    paint = prepare(TextToImage(prompt="a star"), files, small, Detectors(Extras(offered=False)).detect)
    assert paint(7, brush).size == (256, 256)
    assert brush.drawings[0].size == (128, 128)


@pytest.mark.parametrize(
    ("size", "drawn"), [((200, 150), (192, 144)), ((1024, 512), (256, 128)), ((50, 60), (128, 160))]
)
def test_an_image_of_any_size_is_drawn_as_the_model_can_and_comes_back_in_its_own(
    scene, keep: Keep, brush: Brush, size, drawn
) -> None:
    request = ImageToImage(prompt="a star", image=keep(noise(*size)), strength=0.3)
    assert scene(request)(7, brush).size == size
    assert brush.drawings[0].start.size == drawn
    assert brush.drawings[0].strength == 0.3


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "LA", "1"])
def test_images_of_every_kind_are_taken(scene, keep: Keep, brush: Brush, mode: str) -> None:
    scene(ImageToImage(prompt="a star", image=keep(noise(128, 128).convert(mode))))(7, brush)
    assert brush.drawings[0].start.mode == "RGB"


@pytest.mark.parametrize("how", ["crop", "fit", "stretch"])
def test_an_image_is_resized_as_asked(scene, keep: Keep, brush: Brush, how: str) -> None:
    halves = Image.new("RGB", (512, 128), "red")
    halves.paste("blue", (128, 0, 384, 128))
    scene(ImageToImage(prompt="a star", image=keep(halves), resize=how, width=256, height=256))(7, brush)
    corner = brush.drawings[0].start.getpixel((0, 128))
    side = {"crop": (0, 0, 255), "fit": (255, 0, 0), "stretch": (255, 0, 0)}[how]
    assert corner == side
    assert (brush.drawings[0].start.getpixel((128, 0)) == (128, 128, 128)) == (how == "fit")


def test_strength_zero_returns_the_input_undrawn(scene, keep: Keep, brush: Brush) -> None:
    image = noise(160, 128)
    assert same(scene(ImageToImage(prompt="a star", image=keep(image), strength=0))(7, brush), image)
    assert brush.drawings == []


def test_a_control_picture_gives_the_drawing_its_size_and_its_guide(scene, keep: Keep, brush: Brush) -> None:
    request = ControlNet(prompt="a star", image=keep(noise(160, 128)), preprocess="none", control_scale=0.5)
    scene(request)(7, brush)
    (guide,) = brush.drawings[0].guides
    assert brush.drawings[0].size == (160, 128)
    assert same(guide.picture, noise(160, 128))
    assert (guide.scale, guide.start, guide.end) == (0.5, 0.0, 0.8)


@pytest.mark.parametrize("kind", [ImageToImage, ControlNet])
@pytest.mark.parametrize("size", [(1200, 1600), (768, 512), (3000, 1000)])
def test_a_pictures_size_is_kept_and_nothing_of_it_is_cut(files, keep: Keep, brush: Brush, kind, size) -> None:
    picture = Image.new("RGB", size, "red")
    picture.paste("blue", (size[0] // 4, 0, size[0] * 3 // 4, size[1]))
    own = {"preprocess": "none"} if kind is ControlNet else {"resize": "crop"}
    frame = Frame((128, 128), usual=192, trained=((128, 128), (192, 128), (128, 192)))
    request = kind(prompt="a star", image=keep(picture), **own)
    assert prepare(request, files, frame, Detectors(Extras(offered=False)).detect)(7, brush).size == size
    drawing = brush.drawings[-1]
    shown = drawing.start or drawing.guides[0].picture
    assert shown.size == drawing.size
    middle = shown.height // 2
    assert [shown.getpixel((x, middle))[0] > 200 for x in (2, shown.width // 2, shown.width - 3)] == [True, False, True]
    assert shown.getpixel((shown.width // 4 - 6, middle))[0] > 200


@pytest.mark.parametrize(
    ("size", "drawn"),
    [((128, 128), (128, 128)), ((160, 128), (192, 128)), ((512, 512), (128, 128)), ((512, 320), (192, 128))],
)
def test_what_a_small_model_cannot_draw_large_is_drawn_small_and_enlarged(
    files, keep: Keep, brush: Brush, size, drawn
) -> None:
    frame = Frame((128, 128), usual=192, trained=((128, 128), (192, 128), (128, 192)))
    asked = {"prompt": "a star", "width": size[0], "height": size[1]}
    for request in (TextToImage(**asked), ImageToImage(image=keep(noise(100, 80)), **asked)):
        made = prepare(request, files, frame, Detectors(Extras(offered=False)).detect)(7, brush)
        assert made.size == size
        assert brush.drawings[-1].size == drawn
    assert brush.drawings[-1].start.size == drawn

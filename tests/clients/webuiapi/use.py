"""Use a playground through webuiapi, and print what it made of the answers."""

import json
import sys
import threading
import time

import webuiapi
from PIL import Image

PICTURE = Image.linear_gradient("L").convert("RGB")
MASK = Image.new("L", PICTURE.size)
MASK.paste(255, (64, 64, 128, 128))


def shown(result):
    """Return the size and first pixel of each image, and what `info` says."""
    seen = [[*image.size, *image.convert("RGB").getpixel((0, 0))] for image in result.images]
    return {"images": seen, "info": result.info, "parameters": bool(result.parameters)}


def drawings(api):
    """Draw in every way, with what the client sends unasked."""
    sizes = {"width": 256, "height": 256, "seed": 7}
    unit = webuiapi.ControlNetUnit(image=PICTURE, module="canny", model="control_v11p_sd15_canny [d14c016b]")
    words = "a red circle"
    face = webuiapi.ADetailer(ad_model="face_yolov8n.pt", ad_prompt="an old face", ad_denoising_strength=0.5)
    return {
        "unasked": shown(api.txt2img(prompt=words)),
        "words": shown(api.txt2img(prompt=words, batch_size=2, cfg_scale=2, steps=6, **sizes)),
        "over": shown(api.img2img(images=[PICTURE], prompt=words, denoising_strength=0.5, **sizes)),
        "marked": shown(api.img2img(images=[PICTURE], mask_image=MASK, prompt=words, inpainting_fill=1, **sizes)),
        "controlled": shown(api.txt2img(prompt=words, controlnet_units=[unit], **sizes)),
        "detailed": shown(api.txt2img(prompt=words, adetailer=[face], **sizes)),
    }


def lists(api):
    """Ask for everything that fills a menu."""
    return {
        "samplers": api.util_get_sampler_names(),
        "schedulers": api.util_get_scheduler_names(),
        "models": api.util_get_model_names(),
        "styles": api.get_prompt_styles(),
        "loras": api.get_loras(),
        "vaes": api.get_sd_vae(),
        "upscalers": api.get_upscalers(),
        "latent": api.get_latent_upscale_modes(),
        "embeddings": api.get_embeddings(),
        "scripts": api.get_scripts(),
        "flags": api.get_cmd_flags(),
        "memory": api.get_memory(),
        "hypernetworks": api.get_hypernetworks(),
        "faces": api.get_face_restorers(),
        "refreshed": api.refresh_checkpoints(),
        "controlnet": [api.controlnet_version(), api.controlnet_model_list(), api.controlnet_module_list()],
    }


def settings(api):
    """Change a setting and the model as its helpers do."""
    before = api.get_options()
    api.set_options({"playground_as_sent": True})
    letter = api.txt2img(prompt="a red circle").info
    api.set_options(before)
    api.util_set_model("fake")
    api.util_wait_for_ready(check_interval=0.1)
    return {"before": before, "letter": letter, "model": api.util_get_current_model()}


def refusals(api):
    """Return status and text of what it raises."""
    said = {}
    for name, call in {
        "size": lambda: api.txt2img(prompt="a red circle", width=9000),
        "faces": lambda: api.txt2img(prompt="a red circle", restore_faces=True),
        "nothing": lambda: api.img2img(images=[], prompt="a red circle"),
    }.items():
        try:
            call()
        except RuntimeError as error:
            said[name] = [error.args[0], json.loads(error.args[1])]
    return said


def interrupted(api):
    """Interrupt a drawing that goes on, after having looked at it."""
    results = []
    thread = threading.Thread(target=lambda: results.append(api.txt2img(prompt="a held circle")))
    thread.start()
    end = time.monotonic() + 60
    while not (said := api.get_progress())["state"]["sampling_step"] and time.monotonic() < end:
        time.sleep(0.05)
    answer = api.interrupt()
    thread.join(60)
    return {"progress": said["progress"], "answer": answer, "images": len(results[0].images)}


def main(given):
    """Print what the playground at `host` and `port` was seen to do."""
    api = webuiapi.WebUIApi(host=given["host"], port=given["port"])
    if given["part"] == "interrupted":
        return interrupted(api)
    drawn = api.txt2img(prompt="a red circle", seed=3)
    said = {"drawings": drawings(api), "lists": lists(api), "settings": settings(api), "refusals": refusals(api)}
    return {**said, "png_info": api.png_info(drawn.image).info, "version": webuiapi.__file__ is not None}


print(json.dumps(main(json.loads(sys.argv[1]))))

"""The paths of `/sdapi/v1`, and of ControlNet's lists at the root of the host, where its clients look for them."""

import json

from pydantic import JsonValue
from starlette.routing import Route

from backend.domain.errors import NotAllowed
from ui.endpoints.door.ordering import Ordering
from ui.endpoints.door.route import Call, Door, Handle, Reply
from ui.endpoints.sdapi.carrying import Carrying
from ui.endpoints.sdapi.drawing import Drawing
from ui.endpoints.sdapi.extras import Enlarging
from ui.endpoints.sdapi.form import A1111Form
from ui.endpoints.sdapi.lists import List, Lists
from ui.endpoints.sdapi.live import LiveOrders, progress_json
from ui.endpoints.sdapi.memory import memory_json
from ui.endpoints.sdapi.own_settings import OwnSettings
from ui.endpoints.sdapi.png_info import png_info

BASE = "/sdapi/v1"
QUEUE = "/queue/status"
"""Where A1111's page has its queue, at the root: a plug-in for Krita looks there whether anybody is in (Cyanic SD)."""
_REFRESHED = ("refresh-checkpoints", "refresh-vae", "refresh-loras", "refresh-embeddings")
"""What A1111 reads its folders anew for; here each list is as it is now."""
_OWNERS = ("unload-checkpoint", "reload-checkpoint", "server-kill", "server-restart", "server-stop")


def routes(ordering: Ordering) -> list[Route]:
    """Return where A1111's API lies on this server; what it has and we don't is told in its own form."""
    settings, live, form = OwnSettings(ordering.playground), LiveOrders(ordering.playground), A1111Form()
    carrying = Carrying(ordering, live)
    drawing = Drawing(ordering, settings, carrying, form)
    extras, others = Enlarging(ordering, settings, carrying, form), Others(settings, live)
    read: dict[str, Handle] = {
        f"{BASE}/options": others.options,
        f"{BASE}/progress": others.progress,
        f"{BASE}/memory": others.memory,
        QUEUE: others.queue,
        **{path: _listed(answer) for path, answer in Lists(ordering.scripts, settings).all().items()},
    }
    posted: dict[str, Handle] = {
        f"{BASE}/txt2img": drawing.txt2img,
        f"{BASE}/img2img": drawing.img2img,
        f"{BASE}/extra-single-image": extras.single,
        f"{BASE}/extra-batch-images": extras.batch,
        f"{BASE}/options": others.set_options,
        f"{BASE}/interrupt": others.interrupt,
        f"{BASE}/skip": others.skip,
        f"{BASE}/png-info": others.png_info,
        **{f"{BASE}/{name}": _nothing for name in _REFRESHED},
        **{f"{BASE}/{name}": _owners for name in _OWNERS},
    }

    def door(path: str) -> Door:
        handlers = {method: known[path] for method, known in (("get", read), ("post", posted)) if path in known}
        return Door(ordering.playground, form, anyone=False, **handlers)

    unknown = ("/sdapi", "/sdapi/{rest:path}", "/controlnet", "/controlnet/{rest:path}")
    return [Route(path, door(path)) for path in (*dict.fromkeys((*read, *posted)), *unknown)]


class Others:
    """Answers what isn't a drawing and no list."""

    def __init__(self, settings: OwnSettings, live: LiveOrders) -> None:
        self.settings = settings
        self.live = live

    def options(self, call: Call) -> Reply:
        """Answer with the caller's settings."""
        return _reply(self.settings.of(call.caller))

    def set_options(self, call: Call) -> Reply:
        """Take settings over; the answer is A1111's null, or names those that have no effect."""
        ignored: list[JsonValue] = [*self.settings.set(call.caller, dict(call.body.values))]  # type: ignore[arg-type]
        return _reply({"ignored": ignored} if ignored else None)

    def progress(self, call: Call) -> Reply:
        """Answer how far the caller's own request is."""
        without_image = call.request.query_params.get("skip_current_image", "").lower() in ("true", "1")
        return _reply(progress_json(self.live.of(call.caller.visitor), without_image=without_image))

    def queue(self, call: Call) -> Reply:
        """Answer how many requests of the caller's go on, in the shape of A1111's Gradio."""
        return _reply({"msg": "estimation", "queue_size": len(self.live.of(call.caller.visitor))})

    def interrupt(self, call: Call) -> Reply:
        """End what goes on for the caller."""
        self.live.interrupt(call.caller.visitor)
        return _reply({})

    def skip(self, call: Call) -> Reply:
        """End the run that is being drawn for the caller, and let the next one of the same request begin."""
        self.live.skip(call.caller.visitor)
        return _reply({})

    def png_info(self, call: Call) -> Reply:
        """Answer what a picture says of how it was made."""
        return _reply(png_info(call.body.values.get("image")))

    def memory(self, call: Call) -> Reply:
        """Answer with the process's memory; raise `NotAllowed` on a public page."""
        if self.settings.playground.settings.public:
            raise NotAllowed("How much memory this server has is its owner's to see.")
        return _reply(memory_json())


def _listed(answer: List) -> Handle:
    return lambda call: _reply(answer(call.caller))


def _nothing(_: Call) -> Reply:
    return _reply(None)


def _owners(_: Call) -> Reply:
    raise NotAllowed("What this server has loaded, and whether it runs, is its owner's to decide.")


def _reply(value: JsonValue) -> Reply:
    return Reply(json.dumps(value).encode())

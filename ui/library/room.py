"""A room on the page: who is here, everybody's runs as they land, and its host's two buttons."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr
from gradio.blocks import Block
from markupsafe import Markup

from backend.domain.errors import NotAllowed, NotFound, PlaygroundError
from backend.library.rooms import Landed, Member, Room
from backend.money.caps import usd
from backend.playground import Playground
from ui.events.options import QUIET
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.look.field_titles import error_text
from ui.runs.cards import facts, tile_picture
from ui.serving.caller import ROOM, caller_of, room_in
from ui.serving.served import Served

LOOK_SECONDS = 4.0
MOST_TILES = 24

_INVITE = Markup("<p>Make images side by side: everybody with the room's link sees what lands in it.</p>")
_OPENED = Markup(
    '<p>Your room is open. <a href="?{parameter}={room}">Enter it</a>, and send its address to others.</p>'
)
_JOIN = Markup("<p>You were sent a room's link. Join it to see its board; what you make then lands on it too.</p>")
_STAND = Markup("<p><b translate='no'>{name}</b>{state} · here now: {here}{left}</p>")
_TILE = Markup(
    '<figure class="tile" data-run="{run}" data-index="{index}">'
    '{picture}<figcaption><span class="facts"><span class="fact">{who}</span>{line}</span>'
    '<button type="button" class="small" data-act="remix">Remix</button></figcaption></figure>'
)
_RUNNING = Markup('<figure class="tile"><figcaption>{who} is making “{prompt}” …</figcaption></figure>')


@dataclass(frozen=True, slots=True)
class RoomArea:
    """The components of the room."""

    box: gr.Accordion
    stand: gr.HTML
    name: gr.Textbox
    title: gr.Textbox
    open: gr.Button
    join: gr.Button
    lock: gr.Button
    close: gr.Button
    board: gr.HTML
    timer: gr.Timer

    def outputs(self) -> list[Block]:
        """Return what a look at the room changes."""
        return [self.box, self.stand, self.name, self.title, self.open, self.join, self.lock, self.close, self.board]


def room_area() -> RoomArea:
    """Lay out the room."""
    with gr.Accordion("Together", open=False, elem_id="room") as box:
        stand = gr.HTML(str(_INVITE), elem_id="room-stand", apply_default_css=False)
        with gr.Row():
            name = gr.Textbox(label="Your name there", max_lines=1, elem_id="room-name")
            title = gr.Textbox(label="The room's name", max_lines=1, elem_id="room-title")
        with gr.Row():
            opens = gr.Button("Open a room", size="sm", elem_id="room-open")
            join = gr.Button("Join", size="sm", visible=False, elem_id="room-join")
            lock = gr.Button("Lock", size="sm", visible=False, elem_id="room-lock")
            close = gr.Button("Close for good", size="sm", visible=False, elem_id="room-close")
        board = gr.HTML("", elem_id="room-board", apply_default_css=False)
        timer = gr.Timer(LOOK_SECONDS, active=False)
    return RoomArea(box, stand, name, title, opens, join, lock, close, board, timer)


@dataclass(frozen=True, slots=True)
class Together:
    """Answers the room's events; the room is the one that the page's address names."""

    playground: Playground
    served: Served
    filling: Filling
    area: RoomArea

    def connect(self, wires: Wires) -> None:
        """Wire the events; a page whose address names a room asks for it when it opens."""
        area, outputs, presses = self.area, self.area.outputs(), wires.presses
        wires.fill_after(wires.box.remix(self.remix, None, self.filling.outputs(), **QUIET))
        wires.when_opened(self.opened, [*outputs, area.timer])
        area.timer.tick(self.look, None, outputs, queue=False, **QUIET)
        presses.on(area.open, self.open, [area.name, area.title], [area.stand])
        presses.on(area.join, self.join, [area.name], [*outputs, area.timer])
        presses.on(area.lock, self.lock, [area.lock], outputs)
        presses.on(area.close, self.close, (), outputs)

    def opened(self, request: gr.Request) -> Updates:
        """Look at the room that the address names, if it names one."""
        return self.arrive(request) if room_in(request) else {}

    def arrive(self, request: gr.Request) -> Updates:
        """Look at the room, and keep looking where it was joined."""
        named = room_in(request)
        joined = bool(named) and self.playground.rooms.admits(str(named), caller_of(self.playground, request).visitor)
        return {**self.look(request), self.area.timer: gr.update(value=LOOK_SECONDS, active=joined)}

    def look(self, request: gr.Request) -> Updates:
        """Return the room as it stands for this visitor; each look is a sign of life."""
        room_id, visitor = room_in(request), caller_of(self.playground, request).visitor
        if not room_id:
            return self._before_joining(_INVITE, named=False)
        rooms = self.playground.rooms
        try:
            room = rooms.visit(room_id, visitor)
        except (NotFound, NotAllowed):
            return self._before_joining(self._invited(room_id, visitor), named=True)
        landed = rooms.board(room_id, visitor, limit=MOST_TILES)
        tiles = [tile for each in landed for tile in self._tiles(each, visitor)]
        host = room.host == visitor
        return {
            self.area.box: gr.update(open=True),
            self.area.stand: str(self._stand(room, rooms.here(room_id, visitor))),
            self.area.name: gr.update(visible=False),
            self.area.title: gr.update(visible=False),
            self.area.open: gr.update(visible=False),
            self.area.join: gr.update(visible=False),
            self.area.lock: gr.update(visible=host and not room.closed, value="Unlock" if room.locked else "Lock"),
            self.area.close: gr.update(visible=host and not room.closed),
            self.area.board: str(Markup('<div class="strip">{}</div>').format(Markup("").join(tiles))),
        }

    def open(self, name: str, title: str, request: gr.Request) -> Updates:
        """Open a room and say how to enter it."""
        visitor = caller_of(self.playground, request).visitor
        with _told():
            room = self.playground.rooms.open(visitor, room_name=title or f"{name}'s room", name=name)
        return {self.area.stand: str(_OPENED.format(parameter=ROOM, room=room.id))}

    def join(self, name: str, request: gr.Request) -> Updates:
        """Join the room that the address names."""
        with _told():
            self.playground.rooms.join(
                room_in(request) or "", caller_of(self.playground, request).visitor, name=name or ""
            )
        return self.arrive(request)

    def lock(self, label: str, request: gr.Request) -> Updates:
        """Lock the room, or unlock it, as the button said."""
        with _told():
            visitor = caller_of(self.playground, request).visitor
            self.playground.rooms.lock(room_in(request) or "", visitor, locked=label == "Lock")
        return self.look(request)

    def close(self, request: gr.Request) -> Updates:
        """Close the room."""
        with _told():
            self.playground.rooms.close(room_in(request) or "", caller_of(self.playground, request).visitor)
        return self.look(request)

    def remix(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Fill the form with the settings and pictures of a run on the board."""
        given = data_of(event)
        visitor = caller_of(self.playground, request).visitor
        with _told():
            run = self.playground.rooms.run(room_in(request) or "", visitor, str(given.get("run", "")))
            index = str(given.get("index", "0"))
            seed = next((image.seed for image in run.images if str(image.index) == index), None)
            return self.filling.from_request(run.request, run.backend, seed, visitor)

    def _before_joining(self, words: Markup, *, named: bool) -> Updates:
        return {
            self.area.box: gr.update(open=True) if named else gr.skip(),
            self.area.stand: str(words) if named else gr.skip(),
            self.area.name: gr.update(visible=True),
            self.area.title: gr.update(visible=not named),
            self.area.open: gr.update(visible=not named),
            self.area.join: gr.update(visible=named),
            self.area.lock: gr.update(visible=False),
            self.area.close: gr.update(visible=False),
            self.area.board: "",
        }

    def _invited(self, room_id: str, visitor: str) -> Markup:
        try:
            self.playground.rooms.invitation(room_id, visitor)
        except (NotFound, NotAllowed) as error:
            return Markup("<p>{}</p>").format(error)
        return _JOIN

    def _stand(self, room: Room, here: tuple[Member, ...]) -> Markup:
        state = " (closed)" if room.closed else " (locked)" if room.locked else ""
        names = ", ".join(f"{member.name}{' (host)' if member.host else ''}" for member in here) or "nobody"
        spent = next(
            (each for each in self.playground.budget.standings("", room=room.id) if each.scope == "room"), None
        )
        left = f" · {usd(spent.left)} of {usd(spent.cap)} left for its runs on the server's keys" if spent else ""
        return _STAND.format(name=room.name, state=state, here=names, left=left)

    def _tiles(self, landed: Landed, visitor: str) -> list[Markup]:
        run, who = landed.run, "You" if landed.yours else landed.name
        if run.status == "running" and not run.images:
            return [_RUNNING.format(who=who, prompt=run.request.prompt[:60])]
        tiles = []
        for image in run.images:
            line = facts(image, run.cost_kind, run)
            words = {"who": who, "line": line, "run": run.id, "index": image.index}
            picture = tile_picture(self.served, image, visitor, run.request.prompt)
            tiles.append(_TILE.format(picture=picture, **words))
        return tiles


@contextmanager
def _told() -> Iterator[None]:
    """Show our own errors to the visitor."""
    try:
        yield
    except PlaygroundError as error:
        raise gr.Error(error_text(error), print_exception=False) from error

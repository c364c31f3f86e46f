"""What can be done with a room: make, enter and leave it, and, for its host, decide who is in it and what is seen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

import gradio as gr

from backend.domain.errors import NotAllowed, NotFound, PlaygroundError
from backend.domain.requests import TABBED, Mode
from backend.library.board_marks import BoardMarks
from backend.library.rooms import is_name, plain_name
from backend.playground import Playground
from ui.events.options import QUIET
from ui.events.page_events import data_of
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.form.filling import Filling
from ui.look.field_titles import error_text
from ui.serving.caller import caller_of, room_in
from ui.together.areas import TogetherArea
from ui.together.games.acts import GameActs, Player
from ui.together.money import strangers, who_pays
from ui.together.reach import is_at_home, room_link
from ui.together.sheets import failure_sheet, guest_name, invitation_sheet, refusal_sheet, room_sheet, strangers_note

Told = dict[str, object]
"""What the browser is told, as JSON: `room` it is in now (null: none), a `sheet` to show, words `said`, or a `note`.

A note is shown once for each `start` of the server.
"""
NOTHING: Mapping[str, object] = {}
MOST_SENT = 2000
"""Characters of one value; words may be long."""
_OPENED = "Your room is open, and its link is copied: send it to whom you want here."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a browser asks for: who asks, in which room by the page's address, and what it sent besides."""

    visitor: str
    room: str
    given: Mapping[str, str]
    request: gr.Request

    @property
    def name(self) -> str:
        """Return the name that was typed."""
        return plain_name(self.given.get("name", ""))

    @property
    def picture(self) -> tuple[str, int]:
        """Return the picture that a button stands at, by its run and index."""
        index = self.given.get("index", "")
        return self.given.get("run", ""), int(index) if index.isdecimal() and len(index) < 6 else -1


@dataclass(frozen=True, slots=True)
class Together:
    """Answers for the room that the page's address names; all of it is one event, and what is refused is a sentence."""

    playground: Playground
    filling: Filling
    area: TogetherArea

    def connect(self, wires: Wires) -> None:
        """Wire the events; a page whose address names a room asks for it when it opens."""
        wires.fill_after(wires.box.remix(self.remix, None, self.filling.outputs(), **QUIET))
        wires.when_opened(self.arrived, [self.area.answers])
        self.area.answers.ask(self.together, None, [self.area.answers], queue=False, trigger_mode="multiple", **QUIET)

    def arrived(self, request: gr.Request) -> Updates:
        """Return the room that the address names, an invitation to it, or why it can't be entered.

        Whoever shares the page from this machine is told, once for each start, what strangers can do on it.
        """
        room, told = room_in(request), self._note(request)
        if not room:
            return self._told(told) if told else {}
        return self._answer(self.invited, Asked(self._visitor(request), room, {}, request), told)

    def together(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Carry out what was asked, and say what became of it."""
        given = {str(name): str(value)[:MOST_SENT] for name, value in data_of(event).items()}
        asked = Asked(self._visitor(request), room_in(request) or "", given, request)
        act = self._acts().get(given.get("do", "")) or self._play(given.get("do", ""))
        return {self.area.answers: gr.skip()} if act is None else self._answer(act, asked)

    def remix(self, event: gr.EventData, request: gr.Request) -> Updates:
        """Fill the form with what made a picture on the board, or take the picture itself to a mode."""
        given = {str(name): str(value) for name, value in data_of(event).items()}
        asked = Asked(self._visitor(request), room_in(request) or "", given, request)
        try:
            return self._remixed(asked)
        except PlaygroundError as error:
            raise gr.Error(error_text(error), print_exception=False) from error

    def _acts(self) -> Mapping[str, Callable[[Asked], Told]]:
        return {
            "open": self.open,
            "invited": self.invited,
            "sheet": self.sheet,
            "join": self.join,
            "rename": self.rename,
            "leave": self.leave,
            "lock": self.lock,
            "unlock": self.unlock,
            "close": self.close,
            "out": self.take_out,
            "in": self.let_in,
            "pin": self.pin,
            "unpin": self.unpin,
            "hide": self.hide,
            "show": self.show,
            "react": self.react,
        }

    def _play(self, name: str) -> Callable[[Asked], Told] | None:
        """Return what answers for a game, where the name is of one of its acts."""
        play = GameActs(self.playground.rooms).acts().get(name)

        def played(asked: Asked) -> Told:
            if play:
                play(Player(asked.room, asked.visitor, asked.given, asked.picture))
            return {}

        return played if play else None

    def _note(self, request: gr.Request) -> Told:
        lines = strangers(self.playground)
        if not lines or request.request is None or not is_at_home(request.request):
            return {}
        return {"note": strangers_note(lines), "start": self.playground.pages.start}

    def _told(self, told: Told) -> Updates:
        return {self.area.answers: json.dumps({**told, "turn": uuid4().hex})}

    def _answer(self, act: Callable[[Asked], Told], asked: Asked, besides: Mapping[str, object] = NOTHING) -> Updates:
        try:
            told = act(asked)
        except PlaygroundError as error:
            told = {"said": error_text(error)}
        finally:
            self.playground.room_boards.forget(asked.room)
        return self._told({**besides, **told})

    def open(self, asked: Asked) -> Told:
        """Make a room, and show its link."""
        name = asked.name if is_name(asked.name) else "Host"  # It was kept by the browser: nobody typed it now.
        try:
            room = self.playground.rooms.open(asked.visitor, room_name=f"{name}'s room"[:40], name=name)
        except PlaygroundError as error:
            return {"sheet": failure_sheet(error)}
        return self._shown(asked, room.id, said=_OPENED)

    def invited(self, asked: Asked) -> Told:
        """Go on in a room that was joined before; else return the invitation to it, or why there is none."""
        if self.playground.rooms.admits(asked.room, asked.visitor):
            self.playground.rooms.visit(asked.room, asked.visitor)
            return {"room": asked.room}
        try:
            found = self.playground.rooms.invitation(asked.room, asked.visitor)
        except (NotFound, NotAllowed) as error:
            return {"room": None, "sheet": refusal_sheet(error)}
        return {"room": None, "sheet": invitation_sheet(found, who_pays(self.playground, asked.room))}

    def join(self, asked: Asked) -> Told:
        """Come in under the name that was given, or else as a guest."""
        try:
            found = self.playground.rooms.invitation(asked.room, asked.visitor)
        except (NotFound, NotAllowed) as error:
            return {"room": None, "sheet": refusal_sheet(error)}
        try:
            self.playground.rooms.join(asked.room, asked.visitor, name=asked.name or guest_name(found))
        except PlaygroundError as error:
            said = error_text(error)
            return {"room": None, "sheet": invitation_sheet(found, who_pays(self.playground, asked.room), said)}
        return {"room": asked.room, "sheet": ""}

    def sheet(self, asked: Asked) -> Told:
        """Show the room's link, its members, and what can be done with it."""
        return self._shown(asked, asked.room)

    def rename(self, asked: Asked) -> Told:
        """Go by another name in the room."""
        if not asked.name:
            return self._shown(asked, asked.room, said="A name has one character at least.")
        try:
            self.playground.rooms.join(asked.room, asked.visitor, name=asked.name)
        except PlaygroundError as error:
            return self._shown(asked, asked.room, said=error_text(error))
        return self._shown(asked, asked.room, said="Your name is changed.")

    def leave(self, asked: Asked) -> Told:
        """Go on alone."""
        self.playground.room_boards.leave(self.playground.rooms, asked.room, asked.visitor)
        self._settle(asked)
        return {"room": None, "sheet": ""}

    def lock(self, asked: Asked) -> Told:
        """Let nobody new in."""
        self.playground.rooms.lock(asked.room, asked.visitor, locked=True)
        return self._shown(asked, asked.room, said="The room is locked: nobody new comes in.")

    def unlock(self, asked: Asked) -> Told:
        """Let in whoever has the link."""
        self.playground.rooms.lock(asked.room, asked.visitor, locked=False)
        return self._shown(asked, asked.room, said="The room is open: whoever has its link comes in.")

    def close(self, asked: Asked) -> Told:
        """Close the room for all."""
        self.playground.rooms.close(asked.room, asked.visitor)
        return {"room": None, "sheet": ""}

    def take_out(self, asked: Asked) -> Told:
        """Take a member out."""
        self.playground.rooms.take_out(asked.room, asked.visitor, _number(asked), out=True)
        self._settle(asked)
        return self._shown(asked, asked.room)

    def let_in(self, asked: Asked) -> Told:
        """Let somebody in again who was taken out."""
        self.playground.rooms.take_out(asked.room, asked.visitor, _number(asked), out=False)
        return self._shown(asked, asked.room)

    def pin(self, asked: Asked) -> Told:
        """Keep a picture at the board's top."""
        self._marks.pin(asked.room, asked.visitor, asked.picture, on=True)
        return {}

    def unpin(self, asked: Asked) -> Told:
        """Let a picture go from the top."""
        self._marks.pin(asked.room, asked.visitor, asked.picture, on=False)
        return {}

    def hide(self, asked: Asked) -> Told:
        """Take a picture off the board."""
        self._marks.hide(asked.room, asked.visitor, asked.picture, on=True)
        return {}

    def show(self, asked: Asked) -> Told:
        """Put a picture back on the board."""
        self._marks.hide(asked.room, asked.visitor, asked.picture, on=False)
        return {}

    def react(self, asked: Asked) -> Told:
        """Answer a picture by a sign, or take it back."""
        self._marks.react(asked.room, asked.visitor, asked.picture, asked.given.get("reaction", ""))
        return {}

    def _settle(self, asked: Asked) -> None:
        GameActs(self.playground.rooms).settle(asked.room, asked.visitor)

    @property
    def _marks(self) -> BoardMarks:
        return BoardMarks(self.playground.rooms)

    def _visitor(self, request: gr.Request) -> str:
        return caller_of(self.playground, request).visitor

    def _shown(self, asked: Asked, room_id: str, *, said: str = "") -> Told:
        self.playground.room_boards.forget(room_id)
        board = self.playground.room_boards.look(self.playground.rooms, room_id, asked.visitor)
        http = asked.request.request
        assert http is not None, "a page's events come over HTTP"
        link = room_link(self.playground, http, room_id)
        parts = {"Who pays": who_pays(self.playground, room_id), "Strangers": strangers(self.playground)}
        sheet = room_sheet(board, asked.visitor, link, parts=parts, said=said)
        return {"room": room_id, "sheet": sheet}

    def _remixed(self, asked: Asked) -> Updates:
        run_id, index = asked.picture
        board = self.playground.room_boards.look(self.playground.rooms, asked.room, asked.visitor)
        run = self.playground.rooms.run(asked.room, asked.visitor, run_id)
        image = next((image for image in run.images if image.index == index), None)
        if image is None or not board.shows(run, index, asked.visitor):
            raise NotFound("This picture isn't on the board any more.")
        mode: Mode | None = next((mode for mode in TABBED if mode == asked.given.get("mode")), None)
        if mode:
            return self.filling.send(image.sha256, mode, asked.visitor)
        return self.filling.from_request(run.request, run.backend, image.seed, asked.visitor)


def _number(asked: Asked) -> int:
    number = asked.given.get("number", "")
    return int(number) if number.isdecimal() and len(number) < 6 else 0

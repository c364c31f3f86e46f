"""Boards on the page: pictures are put on one by a sheet, on which boards are made, renamed and deleted, too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.playground import Playground
from backend.record.boards import MOST_NAME, Board, Picture
from ui.events.page_events import news
from ui.events.updates import Updates
from ui.history.chosen import read_pictures
from ui.look import words
from ui.runs.image_actions import Act

_SHEET = Markup(
    '<div data-turn="{turn}" class="boards"><h2>{head}</h2>{lines}<form class="board-new" data-form="{act}" '
    'data-pictures="{pictures}"><label>Name of a new board<input name="name" maxlength="{most}" required {focus}>'
    '</label><button type="submit" class="go">{wish}</button></form>'
    '<div class="result-link-row end"><button type="button" data-close {closes}>Close</button></div></div>'
)
_NONE = Markup('<p class="quiet">No board yet. A board gathers pictures under a name; they stay in the history.</p>')
_LIST = Markup('<ul class="board-list">{}</ul>')
_LINE = Markup(
    '<li><form data-form="board-rename" data-board="{id}"><label><span class="out-of-sight">Name</span>'
    '<input name="name" value="{name}" maxlength="{most}" required></label>'
    '<button type="submit">Rename</button></form><span class="facts">{count}</span>'
    '<button type="button" data-act="board-delete" data-board="{id}" aria-label="Delete the board" '
    'title="Delete the board; its pictures stay">✕</button></li>'
)
_CHOICE = Markup(
    '<li><button type="button" class="onto" data-act="board-add" data-board="{id}" data-pictures="{pictures}">'
    '<span translate="no">{name}</span><span class="facts">{count}</span></button></li>'
)
_PUT = Markup(
    '<p class="undo" role="status">Put on “{name}”: {count}. '
    '<button type="button" class="small" data-act="board-take" data-board="{board}" data-pictures="{pictures}">Undo'
    "</button></p>"
)
_THERE = Markup('<p class="undo" role="status">All of these lie on “{name}” already.</p>')
_TAKEN = Markup(
    '<p class="undo" role="status">Taken off “{name}”, and still in the history: {count}. '
    '<button type="button" class="small" data-act="board-add" data-board="{board}" data-pictures="{pictures}">Undo'
    "</button></p>"
)
_DELETED = Markup(
    '<p class="undo" role="status">The board “{name}” is deleted; its pictures stay. '
    '<button type="button" class="small" data-act="board-restore" data-board="{board}">Undo</button></p>'
)


@dataclass(frozen=True, slots=True)
class BoardActs:
    """Answers the buttons of boards; `note` is where it is told, and `sheet` where they are listed."""

    playground: Playground
    note: gr.HTML
    sheet: gr.HTML

    def acts(self) -> dict[str, Act]:
        """Return what answers each button, by the name of its act."""
        return {
            "boards": self.show,
            "board-choose": self.choose,
            "board-make": self.make,
            "board-rename": self.rename,
            "board-delete": self.delete,
            "board-restore": self.restore,
            "board-add": self.add,
            "board-take": self.take_out,
        }

    def show(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """List the boards, to be renamed and deleted."""
        lines = [
            _LINE.format(id=each.id, name=each.name, most=MOST_NAME, count=_count(each))
            for each in self.playground.boards.all(caller.visitor)
        ]
        return {self.sheet: _sheet("Boards", lines, "Make a board")}

    def choose(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """List the boards, for the pictures to be put on one, or on a new one."""
        pictures = _named(read_pictures(given))
        lines = [
            _CHOICE.format(id=each.id, name=each.name, count=_count(each), pictures=pictures)
            for each in self.playground.boards.all(caller.visitor)
        ]
        return {self.sheet: _sheet("Put on a board", lines, "Make it, and put them there", pictures)}

    def make(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Make a board, and put the pictures on it that were chosen for it."""
        board = self.playground.boards.make(caller.visitor, given.get("name", ""))
        if given.get("pictures"):
            return self.add({**given, "board": board.id}, caller)
        return self.show(given, caller)

    def rename(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Give a board another name."""
        self.playground.boards.rename(caller.visitor, _id(given), given.get("name", ""))
        return self.show(given, caller)

    def delete(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Take a board away, and offer to bring it back."""
        board = self.playground.boards.board(caller.visitor, _id(given))
        self.playground.boards.delete(caller.visitor, board.id)
        return self._say(_DELETED.format(name=board.name, board=board.id))

    def restore(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Bring a deleted board back."""
        self.playground.boards.restore(caller.visitor, _id(given))
        return {self.note: gr.update(visible=False)}

    def add(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Put pictures on a board, and offer to take those off again that weren't there."""
        boards, pictures = self.playground.boards, read_pictures(given)
        board = boards.board(caller.visitor, _id(given))
        known = boards.pictures(caller.visitor, board.id)
        count = boards.add(caller.visitor, board.id, pictures, self.playground.shown_to(caller.visitor))
        if not count:
            return self._say(_THERE.format(name=board.name))
        new = _named(each for each in pictures if each not in known)
        told = {"name": board.name, "board": board.id, "pictures": new}
        return self._say(_PUT.format(count=words.counted(count, "picture"), **told))

    def take_out(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Take pictures off a board, and offer to put them back."""
        boards, pictures = self.playground.boards, read_pictures(given)
        board = boards.board(caller.visitor, _id(given))
        lying = [each for each in pictures if each in boards.pictures(caller.visitor, board.id)]
        count = boards.take_out(caller.visitor, board.id, lying)
        told = {"name": board.name, "board": board.id, "pictures": _named(lying)}
        return self._say(_TAKEN.format(count=words.counted(count, "picture"), **told))

    def _say(self, told: Markup) -> Updates:
        return {self.note: gr.update(value=str(told), visible=True)}


def _sheet(head: str, lines: list[Markup], wish: str, pictures: str = "") -> str:
    return str(
        _SHEET.format(
            turn=news(),
            head=head,
            lines=_LIST.format(Markup("").join(lines)) if lines else _NONE,
            act="board-make",
            pictures=pictures,
            most=MOST_NAME,
            wish=wish,
            focus="" if lines else "autofocus",
            closes="autofocus" if lines else "",
        )
    )


def _count(board: Board) -> str:
    return words.counted(board.pictures, "picture")


def _id(given: Mapping[str, str]) -> str:
    return given.get("board", "")[:32]


def _named(pictures: Iterable[Picture]) -> str:
    return " ".join(f"{run_id}/{index}" for run_id, index in pictures)

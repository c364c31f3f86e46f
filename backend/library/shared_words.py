"""A prompt that several write in turns: each adds a piece, or lets the next one on; who leaves is passed over."""

import re
from dataclasses import dataclass
from typing import Self

from backend.domain.errors import NotAllowed
from backend.library.games import Game, Games, State, leads, plain_words
from backend.library.rooms import Member, Rooms

MOST_PIECE = 300
"""Characters of one turn."""
MOST_WORDS = 2000
"""Characters in all, which every backend takes as a prompt."""
_FULL = f"The words have {MOST_WORDS} characters with that, which is more than fit: make it shorter, or end it here."
_NO_SPACE = re.compile(r".[,.;:!?)]|[\u3000-\u9fff\uff00-\uffef]{2}", re.DOTALL)
"""The last sign of a piece and the first of the next that stand side by side: before a stop, and in Chinese."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a member has added."""

    visitor: str
    text: str


@dataclass(frozen=True, slots=True)
class SharedWords:
    """Words as they stand: the pieces, and who had the last turn."""

    number: int
    pieces: tuple[Piece, ...]
    starter: str
    last: str
    over: bool

    @classmethod
    def of(cls, game: Game) -> Self:
        """Return a game of this kind as words."""
        state = game.state
        pieces = tuple(Piece(visitor, text) for visitor, text in state["pieces"])
        return cls(game.number, pieces, state["starter"], state["last"], game.ended is not None)

    @property
    def text(self) -> str:
        """Return the whole, with a space between two pieces where their writing has some."""
        whole = ""
        for piece in self.pieces:
            between = whole[-1:] + piece.text[:1]
            whole += piece.text if len(between) < 2 or _NO_SPACE.fullmatch(between) else f" {piece.text}"
        return whole

    def turn(self, everybody: tuple[Member, ...]) -> Member | None:
        """Return whose turn it is: of those who are here, the next who came after the last one; nobody's at the end."""
        here = [each for each in everybody if each.here]
        if self.over or not here:
            return None
        if not self.last:
            return next((each for each in here if each.visitor == self.starter), here[0])
        number = next((each.number for each in everybody if each.visitor == self.last), 0)
        return next((each for each in here if each.number > number), here[0])


class WritingTogether:
    """The words that rooms write in turns."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.games = Games(rooms)

    def begin(self, room_id: str, visitor: str) -> None:
        """Begin; the first turn is one's own. Raises `NotAllowed` while a game is open."""
        self.games.begin(room_id, visitor, "words", {"pieces": [], "starter": visitor, "last": ""})

    def add(self, room_id: str, visitor: str, text: str) -> None:
        """Add a piece, which gives the turn on; raises `NotAllowed` where it isn't one's turn, or all is full."""
        piece = plain_words(text, MOST_PIECE)
        everybody = self.rooms.members(room_id, visitor)

        def added(game: Game) -> tuple[State, bool]:
            _check_turn(game, visitor, everybody)
            state = {**game.state, "pieces": [*game.state["pieces"], [visitor, piece]], "last": visitor}
            if len(SharedWords.of(Game(game.number, "words", state, game.started)).text) > MOST_WORDS:
                raise NotAllowed(_FULL)
            return state, False

        self.games.change(room_id, "words", added)

    def pass_on(self, room_id: str, visitor: str) -> None:
        """Let the next one on; raises `NotAllowed` where it isn't one's turn."""
        everybody = self.rooms.members(room_id, visitor)

        def passed(game: Game) -> tuple[State, bool]:
            _check_turn(game, visitor, everybody)
            return {**game.state, "last": visitor}, False

        self.games.change(room_id, "words", passed)

    def end(self, room_id: str, visitor: str) -> None:
        """End it; who began it may, and who leads the room's games. Raises `NotAllowed` for others."""
        everybody = self.rooms.members(room_id, visitor)
        me = next(each for each in everybody if each.visitor == visitor)

        def ended(game: Game) -> tuple[State, bool]:
            if not (visitor == SharedWords.of(game).starter or leads(me, everybody)):
                raise NotAllowed("Who began it ends it, or the one who opened this room.")
            return game.state, True

        self.games.change(room_id, "words", ended)


def _check_turn(game: Game, visitor: str, everybody: tuple[Member, ...]) -> None:
    turn = SharedWords.of(game).turn(everybody)
    if turn is None or turn.visitor != visitor:
        raise NotAllowed(f"It is {turn.name}'s turn." if turn else "Nobody is here whose turn it could be.")

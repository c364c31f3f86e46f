"""A round: everybody in a room draws the same words, then each gives one vote to a picture that isn't their own."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Self

from sqlalchemy import select

from backend.domain.errors import NotAllowed, NotFound
from backend.domain.records import Run
from backend.library.board_marks import HIDE, BoardMarks
from backend.library.games import Game, Games, State, plain_words
from backend.library.rooms import Member, Rooms
from backend.record.database.tables import runs

MOST_WORDS = 1000
"""Characters of what a round is about."""
Picture = tuple[str, int]
"""The id of a run, and the index of its image."""
Phase = Literal["drawing", "voting", "over"]
_NOT_NOW = "There is no vote now: it begins when the round's leader says so."
_OWN = "This picture is yours: give your vote to somebody else's."
_NOT_IN_IT = "This picture isn't in this round."
_NOTHING_YET = "Nobody has drawn anything in this round yet: the vote can begin once there is a picture."


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it stands: what it is about, since when votes are given, and who has given theirs to which picture."""

    number: int
    words: str
    started: datetime
    closed: datetime | None
    over: bool
    votes: Mapping[str, Picture]

    @classmethod
    def of(cls, game: Game) -> Self:
        """Return a game of this kind as a round."""
        state, closed = game.state, game.state.get("closed")
        votes = {visitor: (str(run_id), int(index)) for visitor, (run_id, index) in state["votes"].items()}
        closed_at = datetime.fromisoformat(closed) if closed else None
        return cls(game.number, state["words"], game.started, closed_at, game.ended is not None, votes)

    @property
    def phase(self) -> Phase:
        """Return what goes on."""
        return "over" if self.over else "voting" if self.closed else "drawing"

    def takes(self, run: Run) -> bool:
        """Whether a run's pictures are in the round: what was begun while it was being drawn."""
        return run.created >= self.started and (self.closed is None or run.created < self.closed)

    def counts(self, shown: Iterable[Picture]) -> list[tuple[Picture, int]]:
        """Return the pictures with votes among those that are shown, most votes first; none before it is over."""
        there = set(shown)
        given = Counter(picture for picture in self.votes.values() if picture in there)
        return sorted(given.items(), key=lambda each: -each[1]) if self.over else []

    def best(self, shown: Iterable[Picture]) -> list[Picture]:
        """Return the pictures with the most votes; several where they have as many, none before it is over."""
        counts = self.counts(shown)
        return [picture for picture, votes in counts if votes == counts[0][1]]


class Rounds:
    """The rounds of rooms."""

    def __init__(self, rooms: Rooms) -> None:
        self.rooms = rooms
        self.games = Games(rooms)

    def begin(self, room_id: str, visitor: str, words: str) -> None:
        """Begin a round; its leader may. Raises `NotAllowed` for others and while a game is open."""
        self.games.leader(room_id, visitor)
        self.games.begin(room_id, visitor, "round", {"words": plain_words(words, MOST_WORDS), "votes": {}})

    def to_vote(self, room_id: str, visitor: str) -> None:
        """End the drawing; what is being drawn still counts. Raises `NotAllowed` where there is no picture yet."""
        self.games.leader(room_id, visitor)
        drawn = self._makers(room_id)

        def closed(game: Game) -> tuple[State, bool]:
            if not drawn:
                raise NotAllowed(_NOTHING_YET)
            return {**game.state, "closed": game.state.get("closed") or datetime.now(UTC).isoformat()}, False

        self.games.change(room_id, "round", closed)

    def vote(self, room_id: str, visitor: str, picture: Picture) -> None:
        """Give one's vote to a picture, or take it back from there; the round is over once all who are here have voted.

        Raises `NotAllowed` for one's own picture and while there is no vote, `NotFound` for one that isn't in it.
        """
        everybody = self.rooms.members(room_id, visitor)
        makers = self._makers(room_id)

        def voted(game: Game) -> tuple[State, bool]:
            if Round.of(game).phase != "voting":
                raise NotAllowed(_NOT_NOW)
            if picture not in makers:
                raise NotFound(_NOT_IN_IT)
            if makers[picture] == visitor:
                raise NotAllowed(_OWN)
            votes = dict(game.state["votes"])
            if tuple(votes.pop(visitor, ())) != picture:
                votes[visitor] = list(picture)
            return {**game.state, "votes": votes}, not waited_for(votes, everybody, makers)

        self.games.change(room_id, "round", voted)

    def end(self, room_id: str, visitor: str) -> None:
        """End the round with the votes that there are; its leader may."""
        self.games.leader(room_id, visitor)
        self.games.change(room_id, "round", lambda game: (game.state, True))

    def settle(self, room_id: str, visitor: str) -> None:
        """Somebody has left: drop the votes of who was taken out, and end a vote that waits for nobody any more."""
        game = self.games.newest(room_id)
        if game is None or game.kind != "round" or Round.of(game).phase != "voting":
            return
        everybody, makers = self.rooms.members(room_id, visitor), self._makers(room_id)
        out = {each.visitor for each in everybody if each.removed}

        def settled(now: Game) -> tuple[State, bool]:
            votes = {voter: picture for voter, picture in now.state["votes"].items() if voter not in out}
            return {**now.state, "votes": votes}, bool(votes) and not waited_for(votes, everybody, makers)

        with suppress(NotFound):  # Somebody else has ended it meanwhile.
            self.games.change(room_id, "round", settled)

    def _makers(self, room_id: str) -> dict[Picture, str]:
        """Return the pictures of the round that goes on, and who has made each; those off the board are out of it."""
        game = self.games.newest(room_id)
        if game is None or game.kind != "round":
            return {}
        this = Round.of(game)
        marks = BoardMarks(self.rooms).of(room_id)
        hidden = {(mark.run_id, mark.position) for mark in marks if mark.mark == HIDE}
        since = (runs.c.room == room_id, runs.c.deleted.is_(None), runs.c.created >= this.started)
        found = filter(this.takes, self.rooms.store.read(select(runs).where(*since)))
        made = {(run.id, image.index): run.visitor for run in found for image in run.images}
        return {picture: maker for picture, maker in made.items() if picture not in hidden}


def waited_for(votes: Mapping[str, object], everybody: Iterable[Member], makers: Mapping[Picture, str]) -> list[Member]:
    """Return who is here, has a picture to vote for, and hasn't voted."""
    able = [each for each in everybody if each.here and any(maker != each.visitor for maker in makers.values())]
    return [each for each in able if each.visitor not in votes]

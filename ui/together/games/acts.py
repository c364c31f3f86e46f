"""What members do in their room's games; whatever isn't theirs to do is refused in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backend.library.rooms import Rooms
from backend.library.rounds import Picture, Rounds
from backend.library.shared_words import WritingTogether


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays in which room, what they sent, and at which picture they pressed."""

    room: str
    visitor: str
    given: Mapping[str, str]
    picture: Picture

    @property
    def words(self) -> str:
        """Return the words that were typed."""
        return self.given.get("words", "")


Play = Callable[[Player], None]


@dataclass(frozen=True, slots=True)
class GameActs:
    """Answers the buttons and forms of games."""

    rooms: Rooms

    def acts(self) -> Mapping[str, Play]:
        """Return what can be done, by its name on the page; each raises a `PlaygroundError` that says why not."""
        rounds, writing = Rounds(self.rooms), WritingTogether(self.rooms)
        return {
            "round": lambda by: rounds.begin(by.room, by.visitor, by.words),
            "to-vote": lambda by: rounds.to_vote(by.room, by.visitor),
            "vote": lambda by: rounds.vote(by.room, by.visitor, by.picture),
            "end-round": lambda by: rounds.end(by.room, by.visitor),
            "write": lambda by: writing.begin(by.room, by.visitor),
            "add": lambda by: writing.add(by.room, by.visitor, by.words),
            "pass": lambda by: writing.pass_on(by.room, by.visitor),
            "end-words": lambda by: writing.end(by.room, by.visitor),
        }

    def settle(self, room_id: str, visitor: str) -> None:
        """Wait for nobody any more who has left."""
        Rounds(self.rooms).settle(room_id, visitor)

"""What can be done with several pictures at once: a zip, stars, the trash and back, boards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import gradio as gr
from markupsafe import Markup

from backend.domain.caller import Caller
from backend.domain.errors import InvalidRequest, NotFound, Problem
from backend.domain.records import Run
from backend.playground import Playground
from backend.record.boards import Picture
from backend.record.history import History
from ui.events.updates import Updates
from ui.history.looking import zip_html
from ui.look import words
from ui.runs.image_actions import Act
from ui.serving.served import Served

MOST_CHOSEN = 1000
"""Pictures that something is done with at once."""
_MOVED = Markup(
    '<p class="undo" role="status">Moved to the trash, for a week: {} with {}. '
    '<button type="button" class="small" data-act="restore-chosen" data-pictures="{}">Undo</button></p>'
)
_BACK = Markup('<p class="undo" role="status">Back from the trash: {}.</p>')
_STARRED = Markup('<p class="undo" role="status">Starred: {}.</p>')
_UNSTARRED = Markup('<p class="undo" role="status">No longer starred: {}.</p>')
_GO_ON = "These runs still go on, and stay here: delete them once they have ended."
_NONE_HERE = "None of these pictures is here any more."


@dataclass(frozen=True, slots=True)
class ChosenActs:
    """Answers the buttons of the selection; `note` is where it is told. Only runs that the page shows are touched."""

    playground: Playground
    served: Served
    note: gr.HTML

    def acts(self) -> dict[str, Act]:
        """Return what answers each button, by the name of its act."""
        return {
            "zip-chosen": self.archive,
            "star-chosen": self.star,
            "delete-chosen": self.delete,
            "restore-chosen": self.restore,
        }

    def archive(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Offer the pictures as one zip."""
        chosen = read_pictures(given)
        found = [run for run in self._runs(chosen, caller) if run.deleted is None]
        return self._say(zip_html(self.served, found, caller, frozenset(chosen)))

    def star(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Make the pictures favourites, or no longer where they all are; raise `NotFound` where none is here."""
        asked = read_pictures(given)
        found = self._runs(asked, caller)
        known = {(run.id, image.index) for run in found for image in run.images}
        chosen = [each for each in asked if each in known]
        if not chosen:
            raise NotFound(_NONE_HERE)
        starred = frozenset().union(*(self._history.favourites(each, found) for each in self._whose(caller)))
        wish = not set(chosen) <= starred
        for visitor in self._whose(caller):
            ids = {run.id for run in found if run.visitor == visitor}
            self._history.mark_all(visitor, [each for each in chosen if each[0] in ids], favourite=wish)
        return self._say((_STARRED if wish else _UNSTARRED).format(words.counted(len(chosen), "picture")))

    def delete(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Move the pictures' runs to the trash, with all of their images, and offer to bring them back.

        Raises `NotFound` where none of them can go.
        """
        chosen = read_pictures(given)
        ids = list(dict.fromkeys(run_id for run_id, _ in chosen))
        moved = [each for visitor in self._whose(caller) for each in self._history.delete(visitor, ids)]
        if not moved:
            any_here = any(run.deleted is None for run in self._runs(chosen, caller))
            raise NotFound(_GO_ON if any_here else _NONE_HERE)
        images = sum(len(run.images) for run in self._runs([(each, 0) for each in moved], caller))
        told = (words.counted(len(moved), "run"), words.counted(images, "picture"))
        return self._say(_MOVED.format(*told, " ".join(f"{each}/0" for each in moved)))

    def restore(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Take the pictures' runs out of the trash again; raise `NotFound` where none is there."""
        ids = [run_id for run_id, _ in read_pictures(given)]
        back = [each for visitor in self._whose(caller) for each in self._history.restore(visitor, ids)]
        if not back:
            raise NotFound("None of these is in the trash any more.")
        return self._say(_BACK.format(words.counted(len(back), "run")))

    @property
    def _history(self) -> History:
        return self.playground.history

    def _whose(self, caller: Caller) -> tuple[str, ...]:
        return self.playground.shown_to(caller.visitor)

    def _runs(self, chosen: Iterable[Picture], caller: Caller) -> Sequence[Run]:
        ids = {run_id for run_id, _ in chosen}
        return [run for visitor in self._whose(caller) for run in self._history.these(visitor, ids)]

    def _say(self, told: str) -> Updates:
        return {self.note: gr.update(value=str(told), visible=True)}


def read_pictures(given: Mapping[str, str]) -> list[Picture]:
    """Return the pictures that a browser names, each as `run/index`; raise `InvalidRequest` for none, or too many."""
    parts = (each.partition("/") for each in given.get("pictures", "").split())
    found = list(dict.fromkeys((run_id, int(index)) for run_id, _, index in parts if index.isdecimal()))
    if not found:
        raise InvalidRequest([Problem("pictures", "names no picture: select at least one.")])
    if len(found) > MOST_CHOSEN:
        raise InvalidRequest([Problem("pictures", f"are {len(found)}; select at most {MOST_CHOSEN} at once.")])
    return found

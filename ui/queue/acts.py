"""What can be done with the queue on the page, and how it is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

import gradio as gr

from backend.domain.caller import Caller
from backend.playground import Playground
from backend.presses.queues import Queues
from ui.events.updates import Updates
from ui.events.wires import Wires
from ui.queue.queue_list import QueueList
from ui.runs.image_actions import Act
from ui.serving.caller import caller_of


@dataclass(frozen=True, slots=True)
class QueueActs:
    """Answers the buttons of the list, and draws it."""

    playground: Playground
    queues: Queues
    drawn: QueueList
    area: gr.HTML

    def connect(self, wires: Wires) -> None:
        """Show the queue when a page opens; its buttons are wired as those of images are."""
        wires.when_opened(self.opened, [self.area])

    def acts(self) -> dict[str, Act]:
        """Return what answers each button, by the name of its act."""
        return {
            "queue-up": self.up,
            "queue-down": self.down,
            "queue-remove": self.remove,
            "queue-empty": self.empty,
            "queue-undo": self.undo,
            "queue-again": self.again,
            "queue-pause": self.pause,
            "queue-resume": self.resume,
        }

    def opened(self, request: gr.Request) -> Updates:
        """Return the list for a page that opens, on which there is none where nothing waits."""
        caller = caller_of(self.playground, request)
        standing = self.queues.look(caller)
        if not (standing.queue.entries or self.playground.batches.of(caller.visitor)):
            return {self.area: gr.skip()}
        return self._shown(caller)

    def look(self, request: gr.Request) -> Updates:
        """Return the list as it stands now; once it was there it stays, so that nothing moves when all is drawn."""
        caller = caller_of(self.playground, request)
        standing = self.queues.look(caller)
        if not (standing.queue.entries or standing.queue.dropped or standing.version):
            return {self.area: gr.skip()}
        return self._shown(caller)

    def goes_on(self, request: gr.Request) -> bool:
        """Whether a page that shows no run of its own is to follow what the queue draws."""
        caller = caller_of(self.playground, request)
        return self.queues.look(caller).drawing and not self.playground.live.busy(caller)

    def up(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Move an entry up by one."""
        self.queues.move(caller, _entry(given), up=True)
        return self._shown(caller)

    def down(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Move an entry down by one."""
        self.queues.move(caller, _entry(given), up=False)
        return self._shown(caller)

    def remove(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Take an entry out, and offer to bring it back."""
        self.queues.remove(caller, _entry(given))
        return self._shown(caller)

    def empty(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """Take all out that waits, and offer to bring it back."""
        self.queues.empty(caller)
        return self._shown(caller)

    def undo(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """Bring back what was taken out last."""
        self.queues.undo(caller)
        return self._shown(caller)

    def again(self, given: Mapping[str, str], caller: Caller) -> Updates:
        """Let an entry that ended badly wait once more, priced anew."""
        self.queues.try_again(caller, _entry(given))
        return self._shown(caller)

    def pause(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """Begin nothing further."""
        self.queues.pause(caller)
        return self._shown(caller)

    def resume(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """Draw what waits."""
        self.queues.resume(caller)
        return self._shown(caller)

    def shown(self, _: Mapping[str, str], caller: Caller) -> Updates:
        """Return the list as it stands now."""
        return self._shown(caller)

    def _shown(self, caller: Caller) -> Updates:
        html = self.drawn.draw(self.queues.look(caller), caller.visitor)
        return {self.area: gr.update(value=html, visible=True)}


def _entry(given: Mapping[str, str]) -> str:
    return given.get("entry", "")[:32]

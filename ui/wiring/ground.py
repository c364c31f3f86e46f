"""What several features of one page work with."""

from dataclasses import dataclass

import gradio as gr

from backend.playground import Playground
from backend.presses.queues import Queues
from backend.prompts.wording import Wording
from ui.events.page_events import news_area
from ui.form.filling import Filling
from ui.form.library import Library
from ui.layout.page_layout import Layout, lay_out, lay_out_signals
from ui.queue.acts import QueueActs
from ui.queue.queue_list import QueueList
from ui.runs.runner import Outputs, Runner
from ui.serving.served import Served


@dataclass(frozen=True, slots=True)
class Ground:
    """A page that is laid out; `box` has its own events, `news` tells the browser to look at it anew."""

    layout: Layout
    runner: Runner
    filling: Filling
    box: gr.HTML
    news: gr.HTML
    queues: Queues

    @property
    def playground(self) -> Playground:
        """Return what all of it works on."""
        return self.runner.playground

    @property
    def queue(self) -> QueueActs:
        """Return what draws the queue of presses, and answers its buttons."""
        return QueueActs(self.playground, self.queues, QueueList(self.playground, self.served), self.layout.form.queue)

    @property
    def library(self) -> Library:
        """Return what comes with the playground and what visitors keep."""
        return self.runner.library

    @property
    def served(self) -> Served:
        """Return what hands out files."""
        return self.runner.served


def lay_ground(playground: Playground, library: Library, served: Served) -> Ground:
    """Lay the page out; call it inside its Blocks."""
    layout = lay_out(playground, library, served)
    box, news = lay_out_signals(playground, layout), news_area()
    form = layout.form
    outputs = Outputs(layout.results.stage, form.generate, form.stop, form.compare, form.left, form.enqueue, news)
    runner = Runner(playground, library, served, outputs)
    queues = Queues(playground, lambda caller: Wording(lists=library.lists(caller)))
    return Ground(layout, runner, Filling(playground, served, layout.filled()), box, news, queues)

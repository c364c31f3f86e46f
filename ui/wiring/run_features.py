"""What makes images, and what can be done with them."""

from ui.events.wires import Feature
from ui.experiments.batch import Batching
from ui.experiments.comparison import Comparing
from ui.experiments.variations import Varying
from ui.head.ways_out import WaysOut
from ui.history.boards import BoardActs
from ui.history.book import BookActs
from ui.history.charts import Charting
from ui.history.chosen import ChosenActs
from ui.history.looking import Looking
from ui.history.trash import Emptying
from ui.library.brought.bringing import Bringing
from ui.library.drawn_examples import DrawnExamples
from ui.library.memory import Remembering
from ui.queue.adding import Enqueueing
from ui.queue.batches import BatchActs
from ui.runs.exact_price import ExactPrice
from ui.runs.image_actions import Actions
from ui.runs.reattaching import Following
from ui.runs.recovering import Recovering
from ui.wiring.ground import Ground


def run_features(ground: Ground) -> list[Feature]:
    """Return Generate, Compare, the grid and the batch, and the return to a run that goes on or may be recovered."""
    runner, layout = ground.runner, ground.layout
    batching = Batching(runner, layout.settings.batch, ground.queues)
    return [
        runner,
        Comparing(runner),
        batching,
        Following(runner, ground.queues),
        Enqueueing(runner, ground.queues, batching.enqueue_all),
        ground.queue,
        Recovering(ground.playground, runner, layout.results.recoverable),
        ExactPrice(runner, layout.form.exact),
    ]


def image_features(ground: Ground) -> list[Feature]:
    """Return the buttons on cards and tiles, and the history."""
    playground, results = ground.playground, ground.layout.results
    undo, note = results.history.undo, ground.layout.form.notice
    book = BookActs(playground, ground.filling, note, undo)
    own = (results.inspector, results.link, results.sheet, undo, note)
    theirs = [ground.queue.area]
    brought = Bringing(ground.filling, results.sheet).acts() | DrawnExamples(playground, ground.filling).acts()
    chosen, boards = ChosenActs(playground, ground.served, undo), BoardActs(playground, undo, results.sheet)
    batches = BatchActs(playground, ground.queues, ground.served, results.sheet, ground.queue.shown)
    queued = ground.queue.acts() | batches.acts()
    others = book.acts() | queued | brought | chosen.acts() | boards.acts()
    others["unfill"] = Remembering(playground, ground.filling, note).put_back
    actions = Actions(playground, ground.filling, *own, others=others, theirs=theirs)
    return [
        actions,
        Varying(ground.runner, actions),
        WaysOut(playground, ground.layout.head),
        Looking(playground, ground.served, results.history),
        Emptying(playground, undo),
        Charting(playground, results.history.charts),
    ]

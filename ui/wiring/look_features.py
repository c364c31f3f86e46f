"""What looks at the page as a whole: when it opens, and after each change."""

from ui.events.wires import Feature
from ui.history.looking import Looking
from ui.library.memory import Remembering
from ui.runs.exact_price import ExactPrice
from ui.runs.recovering import Recovering
from ui.wiring.ground import Ground
from ui.wiring.looks import Watch
from ui.wiring.opening import Opening
from ui.wiring.switching import Fitting


def look_features(ground: Ground) -> list[Feature]:
    """Return them; they come behind all others, whose parts of a page that opens they ask for."""
    playground, runner, layout = ground.playground, ground.runner, ground.layout
    remembering = Remembering(playground, ground.filling, layout.form.notice)
    watch = Watch(
        runner,
        Fitting(playground, layout.form.tabs, layout.settings),
        remembering,
        Looking(playground, ground.served, layout.results.history),
        Recovering(playground, runner, layout.results.recoverable),
        layout.head,
        ExactPrice(runner, layout.form.exact),
        ground.queue,
        ground.box,
    )
    return [watch, Opening(playground, ground.box, remembering)]

"""What happens inside the form, and in the head over it."""

from ui.events.wires import Feature
from ui.experiments.control_check import EffectCheck
from ui.experiments.control_map import ControlMap
from ui.form.token_line import TokenLine
from ui.head.header import Switch
from ui.head.own_key import OwnKeys
from ui.library.form_link import FormLink
from ui.library.from_file import Restoring
from ui.modes.bar import ModeBar
from ui.modes.enlarging import Enlarging
from ui.modes.reducing import Reducing
from ui.prompt_helper.row import PromptHelperRow
from ui.wiring.ground import Ground


def form_features(ground: Ground) -> list[Feature]:
    """Return them in the order in which they stand on the page."""
    playground, library, layout = ground.playground, ground.library, ground.layout
    form, head, settings = layout.form, layout.head, layout.settings
    return [
        Switch(playground, head),
        OwnKeys(playground, head.key),
        ModeBar(form.bar, settings.modes),
        Reducing(ground.filling),
        Enlarging(ground.filling, layout.results.sheet),
        TokenLine(playground, library, form.tokens),
        PromptHelperRow(playground, form.helper, form.prompt, ground.news),
        FormLink(playground, library, form.share),
        Restoring(playground, ground.filling, form.notice, layout.drop),
        ControlMap(ground.filling, settings.own, ground.news),
        EffectCheck(ground.runner, settings.own),
    ]

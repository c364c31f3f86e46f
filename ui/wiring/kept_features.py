"""What a visitor keeps and shares: rooms, presets, styles, lists."""

from ui.events.wires import Feature
from ui.library.lists import ListShelving
from ui.library.presets import Shelving
from ui.library.styles import StyleShelving
from ui.together.acts import Together
from ui.wiring.ground import Ground


def kept_features(ground: Ground) -> list[Feature]:
    """Return them in the order in which a page that opens asks for them."""
    playground, library, settings = ground.playground, ground.library, ground.layout.settings
    return [
        Together(playground, ground.filling, ground.layout.together),
        Shelving(library, settings.library, ground.filling),
        StyleShelving(library, ground.served, settings.styles, settings.library.styles),
        ListShelving(library, settings.lists),
    ]

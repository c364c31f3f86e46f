"""What a form may name beside its fields: the styles, lists and prompts that ship, and those a visitor keeps."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.adapters.base import Backend
from backend.domain.caller import Caller
from backend.library.shelf import Shelf
from backend.library.shipped import Presets
from backend.playground import Playground
from backend.prompts.expansion import Lists
from backend.prompts.styles import Style, apply, find
from backend.prompts.wording import Wording


@dataclass(frozen=True, slots=True)
class Library:
    """Knows what comes with the playground and what a visitor keeps."""

    playground: Playground
    presets: Presets

    @property
    def shelf(self) -> Shelf:
        """Return the shelves of all visitors."""
        return Shelf(self.playground.store.engine)

    def examples(self, backend: Backend) -> list[tuple[str, str]]:
        """Return prompts to begin with, as title and words: the backend's own where it is not good at everything."""
        own = backend.capabilities.examples
        if own:
            return [(prompt, prompt) for prompt in own]
        return [
            (example.title, str(example.request["prompt"])) for example in self.presets.examples_of("text_to_image")
        ]

    def styled(self, caller: Caller, names: Sequence[str], prompt: str, negative: str) -> tuple[str, str]:
        """Return prompt and negative prompt with these styles around them; an empty prompt stays empty."""
        if not names or not prompt.strip():
            return prompt, negative
        return apply(find(self.known_styles(caller), names), prompt, negative)

    def wording(self, caller: Caller, names: Sequence[str]) -> Wording:
        """Return these styles with the visitor's lists; raise `InvalidRequest` for a style that isn't there."""
        return Wording(find(self.known_styles(caller), names) if names else (), self.lists(caller))

    def known_styles(self, caller: Caller) -> list[Style]:
        """Return the styles that come with the playground and the visitor's own."""
        return [*self.presets.styles, *self.shelf.styles(caller.visitor)]

    def lists(self, caller: Caller) -> Lists:
        """Return the wildcards that a visitor's prompts may use."""
        return {**self.presets.lists, **self.shelf.lists(caller.visitor)}

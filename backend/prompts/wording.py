"""What a visitor lays around prompts: styles, and the lists that wildcards draw from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from backend.domain.errors import from_validation
from backend.domain.requests import Request, parse_request
from backend.prompts.expansion import Lists, expand_request
from backend.prompts.styles import Style, apply


@dataclass(frozen=True, slots=True)
class Wording:
    """Styles in their order, and lists by name."""

    styles: Sequence[Style] = ()
    lists: Lists = field(default_factory=dict)

    def laid(self, request: Request) -> Request:
        """Return the request with the styles around its prompts; an empty prompt stays empty.

        Raises `InvalidRequest` where that grows too long.
        """
        if not self.styles or not request.prompt.strip():
            return request
        prompt, negative = apply(self.styles, request.prompt, request.negative_prompt)
        try:
            return parse_request({**request.model_dump(), "prompt": prompt, "negative_prompt": negative})
        except ValidationError as error:
            raise from_validation(error) from error

    @property
    def lists_alone(self) -> "Wording":
        """Return the wording without its styles, for what has them."""
        return Wording(lists=self.lists)

    def expanded(self, request: Request) -> tuple[Request, ...]:
        """Return what runs for a request whose seed is drawn: itself, or a run an image for choices."""
        return expand_request(request, self.lists)


PLAIN = Wording()
"""No styles and no lists."""

"""A style wraps a prompt in words of its own."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import Field, StringConstraints

from backend.domain.errors import InvalidRequest, Problem
from backend.domain.parts import Part

PLACEHOLDER = "{prompt}"


class Style(Part):
    """Words around a prompt: they replace `{prompt}`, or stand behind it where the style has no such place."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)] = Field(title="Name")
    prompt: str = Field("", max_length=3000, title="Prompt", description="{prompt} is where the visitor's own goes.")
    negative_prompt: str = Field("", max_length=3000, title="Negative prompt")
    group: str = Field("", max_length=60, title="Group")


def apply(styles: Iterable[Style], prompt: str, negative_prompt: str = "") -> tuple[str, str]:
    """Return the prompt and the negative prompt with these styles laid around them, one after the other."""
    for style in styles:
        prompt = _wrap(style.prompt, prompt)
        negative_prompt = _wrap(style.negative_prompt, negative_prompt)
    return prompt, negative_prompt


def find(styles: Sequence[Style], names: Iterable[str]) -> list[Style]:
    """Return the styles of these names in the order asked for; raise `InvalidRequest` for one that isn't there."""
    known = {style.name: style for style in styles}
    wanted = list(names)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise InvalidRequest([Problem("styles", f"has no style {unknown[0]!r}; choose one of the list.")])
    return [known[name] for name in wanted]


def _wrap(style: str, prompt: str) -> str:
    if PLACEHOLDER in style:
        return style.replace(PLACEHOLDER, prompt)
    return ", ".join(part for part in (prompt, style) if part)

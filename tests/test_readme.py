"""What README.md says can be set."""

from pathlib import Path

from pydantic import AliasChoices

from backend.settings import Settings

SET_BY_OTHERS = {"SPACE_ID", "SPACES_ZERO_GPU", "OAUTH_CLIENT_SECRET", "GRADIO_VIBE_MODE"}
"""A Space's, and Gradio's own."""


def test_every_setting_stands_in_the_table() -> None:
    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    told = text.partition("## Settings")[2].partition("\n## ")[0]
    missing = [name for name in names() if f"`{name}`" not in told]
    assert missing == []


def names() -> list[str]:
    found: list[str] = []
    for field in Settings.model_fields.values():
        alias = field.validation_alias
        found += [str(each) for each in alias.choices] if isinstance(alias, AliasChoices) else [str(alias)]
    return [name for name in found if name not in SET_BY_OTHERS]

"""What the simulated server takes: OpenAI's fields, and those that vLLM-Omni and SGLang have besides (read 2026-11)."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from backend.domain.parts import LEAST_SIDE, MAX_SEED, MOST_SIDE

MODEL = "z-image-turbo"


def _two_sides(value: str) -> str:
    sides = value.split("x")
    if len(sides) != 2 or not all(side.isdigit() and LEAST_SIDE <= int(side) <= MOST_SIDE for side in sides):
        raise ValueError("size must be in format 'WIDTHxHEIGHT' (e.g., '1024x1024')")
    return value


class Order(BaseModel):
    """One order; its fields may be text, as a form has them."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    prompt: str = Field(min_length=1)
    model: Literal["z-image-turbo"] | None = None
    n: int = Field(1, ge=1, le=10)
    size: Annotated[str, AfterValidator(_two_sides)] = "1024x1024"
    response_format: Literal["b64_json", "url"] = "b64_json"
    user: str | None = None
    negative_prompt: str = ""
    seed: int | None = Field(None, ge=0, le=MAX_SEED)
    num_inference_steps: int = Field(8, ge=1, le=50)
    guidance_scale: float = Field(0.0, ge=0, le=20)
    strength: float = Field(0.8, ge=0, le=1)

    @property
    def sides(self) -> tuple[int, int]:
        """Return width and height in pixels."""
        width, _, height = self.size.partition("x")
        return int(width), int(height)

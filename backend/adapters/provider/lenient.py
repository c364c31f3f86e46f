"""Fields of a provider's reply that may be odd: one that can't be read becomes None, and costs no image."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from backend.domain.parts import MAX_SEED


def or_none(kind: Any) -> BeforeValidator:
    """Return a validator that turns what is no `kind` into None."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def read(value: Any) -> Any:
        try:
            return adapter.validate_python(value)
        except ValidationError:
            return None

    return BeforeValidator(read)


Text = Annotated[str | None, or_none(Annotated[str, Field(min_length=1)])]
Number = Annotated[float | None, or_none(Annotated[float, Field(ge=0, allow_inf_nan=False)])]
Seed = Annotated[int | None, or_none(Annotated[int, Field(ge=0, le=MAX_SEED)])]
Cost = Annotated[Decimal | None, or_none(Annotated[Decimal, Field(ge=0, le=1000, allow_inf_nan=False)])]
"""USD, as a number or as text."""

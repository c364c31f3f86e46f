"""What a server charges, by the owner's own price file: USD by size and steps, or nothing, or nobody knows."""

from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from backend.adapters.openai.mapping import Route
from backend.domain.capabilities import Estimate
from backend.setting_words import wrong

UNKNOWN = "Nobody has told the playground what {label} charges; the file that `{variable}` names would."


class Price(BaseModel):
    """The price (USD) of one image of up to this size (pixels) and so many steps; without `steps` of any number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(gt=0)
    height: int = Field(gt=0)
    usd: Decimal = Field(gt=0, le=1000, allow_inf_nan=False)
    steps: int | None = Field(None, ge=1)
    route: Route | None = None
    """The path that it is for; both without it."""

    def covers(self, size: tuple[int, int], steps: int, route: Route) -> bool:
        """Whether an image is one of those that it is for."""
        fits = size[0] * size[1] <= self.width * self.height and steps <= (self.steps or steps)
        return fits and self.route in (None, route)

    def names(self, size: tuple[int, int], steps: int) -> bool:
        """Whether it is for images of exactly this size, either way up, and this number of steps."""
        return sorted(size) == sorted((self.width, self.height)) and self.steps in (None, steps)


class PriceList(BaseModel):
    """A price file; `free` says that nothing costs anything, which no missing price does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: str = ""
    source: str = ""
    free: bool = False
    prices: tuple[Price, ...] = ()

    @model_validator(mode="after")
    def _free_or_priced(self) -> "PriceList":
        if self.free == bool(self.prices):
            raise ValueError('give `"prices"` with at least one price, or `"free": true`')
        return self

    def of_one(self, size: tuple[int, int], steps: int, route: Route) -> Decimal | None:
        """Return the price of one image (USD): its own, else the least of those that cover it; None beyond all."""
        if self.free:
            return Decimal(0)
        covering = [price for price in self.prices if price.covers(size, steps, route)]
        named = [price for price in covering if price.names(size, steps)]
        return min((price.usd for price in named or covering), default=None)

    def estimate(self, size: tuple[int, int], steps: int, route: Route, count: int) -> Estimate:
        """Return the price of several images, or that it isn't known."""
        one = self.of_one(size, steps, route)
        if one is None:
            return Estimate(None, note="The owner's price file has no price for this size and so many steps.")
        whole = one * count
        dated = f" of {self.as_of}" if self.as_of else ""
        return Estimate(whole, whole, whole, free=self.free, note=f"By the owner's price file{dated}.")


def read_prices(variable: str, path: str | None) -> PriceList | None:
    """Return the price file that a setting names, None for none; raise `WrongSetting` where it can't be used."""
    if path is None:
        return None
    try:
        return PriceList.model_validate_json(Path(path).expanduser().read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise wrong(variable, path, getattr(error, "strerror", None) or str(error)) from error
    except ValidationError as error:
        raise wrong(variable, path, _first(error)) from error


def _first(error: ValidationError) -> str:
    entry, *_ = error.errors(include_url=False)
    place = ".".join(map(str, entry["loc"]))
    said = str(entry["msg"]).removeprefix("Value error, ")
    return f"{place}: {said}" if place else said

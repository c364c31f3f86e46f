"""The price of a language model's tokens."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """USD for a million tokens that are sent, and for a million that come back."""

    sent: Decimal
    answered: Decimal

    @property
    def free(self) -> bool:
        """Whether nothing costs anything."""
        return self.sent == self.answered == 0

    def of(self, sent: int, answered: int) -> Decimal:
        """Return what so many tokens cost, in USD."""
        return (self.sent * sent + self.answered * answered) / _MILLION


def token_prices(text: str) -> TokenPrices:
    """Read one price in USD for all tokens, or two with a comma between them; raise ValueError for what is none."""
    try:
        sent, answered = (Decimal(part.strip()) for part in (text if "," in text else f"{text},{text}").split(","))
    except InvalidOperation as error:
        raise ValueError("it is no price") from error
    if not all(price.is_finite() and price >= 0 for price in (sent, answered)):
        raise ValueError("a price is from 0 up")
    return TokenPrices(sent, answered)

"""Runware's messages on their way in: read with patience, since what they hold is paid for."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from backend.adapters.provider.files import decoded
from backend.adapters.provider.lenient import Cost, or_none
from backend.domain.errors import Billed
from backend.domain.parts import MAX_SEED
from backend.domain.providers import RUNWARE

Text = Annotated[str | None, or_none(str)]
Seed = Annotated[int | None, or_none(Annotated[int, Field(strict=True, ge=0, le=MAX_SEED)])]
Flag = Annotated[bool | None, or_none(bool)]
Percent = Annotated[float | None, or_none(Annotated[float, Field(ge=0, le=100)])]


class Item(BaseModel):
    """One entry of `data`: an image, a placeholder while it is made, or another task's answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    task_type: Text = Field(None, alias="taskType")
    task_uuid: Text = Field(None, alias="taskUUID")
    status: Text = None
    progress: Percent = None
    image_uuid: Text = Field(None, alias="imageUUID")
    image_url: Text = Field(None, alias="imageURL")
    image_base64: Text = Field(None, alias="imageBase64Data")
    image_data_uri: Text = Field(None, alias="imageDataURI")
    guide_url: Text = Field(None, alias="guideImageURL")
    guide_uuid: Text = Field(None, alias="guideImageUUID")
    media_uuid: Text = Field(None, alias="mediaUUID")
    seed: Seed = None
    flagged: Flag = Field(None, alias="NSFWContent")
    cost: Cost = None
    balance: Any = None
    response: Any = None
    error: Any = None

    @property
    def done(self) -> bool:
        """Whether it holds an image."""
        return bool(self.image_url or self.image_base64 or self.image_data_uri)

    @property
    def billed(self) -> Billed:
        """Whether what it stands for was billed: for certain where it says the price."""
        return "unknown" if self.cost is None else "yes"

    def content(self) -> bytes | None:
        """Return the image that lies in the item itself, or None; raise `BadReply` where it is cut off."""
        text = self.image_base64 or (self.image_data_uri or "").partition(",")[2]
        return decoded(RUNWARE.label, text) if text else None


class Refusal(BaseModel):
    """One entry of `errors`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: Annotated[str, BeforeValidator(str)] = "unknownError"
    message: Annotated[str, BeforeValidator(str)] = ""
    parameter: Any = None
    task_uuid: Text = Field(None, alias="taskUUID")
    task_type: Text = Field(None, alias="taskType")

    @property
    def names(self) -> list[str]:
        """Return the inputs that it is about, in Runware's words."""
        stated = self.parameter if isinstance(self.parameter, list) else [self.parameter]
        return [str(name) for name in stated if name]

    @property
    def conflict(self) -> bool:
        """Whether the task had been accepted before."""
        return self.code.casefold() == "conflicttaskuuid"

    @property
    def unknown(self) -> bool:
        """Whether Runware has no such task, or not yet."""
        return self.code.casefold() == "tasknotfound"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one reply says: items and refusals, either of which may be missing."""

    items: tuple[Item, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it says nothing at all."""
        return not self.items and not self.refusals


def read(body: Any) -> Answer:
    """Read a reply's JSON; anything that is no reply gives an empty answer.

    `data` may be one object instead of a list, and `errors` may be `error`, as older documents have it. An item with
    an error inside, as newer ones have it, counts as a refusal.
    """
    if not isinstance(body, dict):
        return Answer()
    # The archive's answer may stand in `data` or by itself.
    data = body if "response" in body and "data" not in body else body.get("data")
    items = [Item.model_validate(entry) for entry in _entries(data)]
    refused = [_inner(item) for item in items if item.error or item.status == "error"]
    stated = [_refusal(entry) for key in ("errors", "error") for entry in _entries(body.get(key))]
    fine = tuple(item for item in items if not (item.error or item.status == "error"))
    return Answer(fine, (*stated, *refused))


def details(answer: Answer) -> Answer:
    """Read the archive's answers to `getTaskDetails`: each holds the reply that its task had."""
    found = [read(_as_body(item.response)) for item in answer.items if item.response is not None]
    items = tuple(item for one in found for item in one.items)
    return Answer(items, (*answer.refusals, *(refusal for one in found for refusal in one.refusals)))


def balance(answer: Answer) -> Decimal | None:
    """Return the account's USD, written as a number or as an object with `amount`."""
    for item in answer.items:
        stated = item.balance.get("amount") if isinstance(item.balance, dict) else item.balance
        try:
            return TypeAdapter(Decimal).validate_python(stated)
        except ValidationError:
            continue
    return None


def _as_body(response: Any) -> Any:
    return {"data": response} if isinstance(response, list) else response


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return (entry for entry in entries if isinstance(entry, dict))


def _refusal(entry: dict[str, Any]) -> Refusal:
    return Refusal.model_validate(entry)


def _inner(item: Item) -> Refusal:
    stated = item.error if isinstance(item.error, dict) else {"message": item.error or "the task failed"}
    return Refusal.model_validate({"code": "taskFailed", **stated, "taskUUID": item.task_uuid})

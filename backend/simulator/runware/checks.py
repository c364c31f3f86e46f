"""What one field says about another, and the order in which a task is refused."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

from backend.simulator.runware.schema import SCHEMAS, Error, wrong

DOCUMENTATION = "https://runware.ai/docs/platform/errors"
Task = dict[str, Any]


def errors_of(task: Task) -> list[Error]:
    """Return every error of a task, in Runware's shape; none means that it may run."""
    kind = str(task.get("taskType"))
    if kind not in SCHEMAS:
        found = [wrong("taskType", f"is {kind}, which there is none of") | {"code": "unsupportedTaskType"}]
    elif not is_uuid4(task.get("taskUUID")):
        found = [wrong("taskUUID", "must be a UUID v4")]
    else:
        found = list(SCHEMAS[kind].errors(task))
        if not found and kind in _ACROSS:
            found = list(_ACROSS[kind](task))
    return [told(error, task) for error in found]


def told(error: Error, task: Task) -> Error:
    """Complete an error with the task it is about."""
    about: Error = {key: task[key] for key in ("taskType", "taskUUID") if key in task}
    return {"documentation": DOCUMENTATION, **error, **about}


def is_uuid4(value: Any) -> bool:
    """Whether a value is a UUID of version 4."""
    try:
        return uuid.UUID(str(value)).version == 4 and isinstance(value, str)
    except ValueError:
        return False


def _between_fields(task: Task) -> Iterator[Error]:
    inputs = task.get("inputs", {})
    seed_image, mask_image = inputs.get("seedImage"), inputs.get("maskImage")
    if "width" not in task or "height" not in task:
        names = ["width", "height", "referenceImages"]
        yield {"code": "missingDimensionParameters", "parameter": names, "message": "Missing dimension parameters."}
    if mask_image and not seed_image:
        yield {"code": "missingSeedImage", "parameter": "inputs.seedImage", "message": "A mask needs a seed image."}
    if "maskMargin" in task and not mask_image:
        yield {"code": "missingMaskImage", "parameter": "inputs.maskImage", "message": "maskMargin needs a mask."}
    if "strength" in task and not seed_image:
        yield {"code": "missingSeedImage", "parameter": "inputs.seedImage", "message": "strength needs a seed image."}
    if "ttl" in task and task.get("outputType", "URL") != "URL":
        yield {"code": "incompatibleParameters", "parameter": ["ttl", "outputType"], "message": "ttl is of URLs."}
    if "outpaint" in task:
        yield from _of_outpaint(task, seed_image, mask_image)
    for entry in task.get("controlNet", []):
        yield from _of_window(entry, task, "controlNet", names=("start", "end"))
    if options := task.get("acceleratorOptions"):
        yield from _of_window(options, task, "acceleratorOptions", names=("cacheStart", "cacheEnd"))
        yield from _of_caches(options)


def _of_storage(task: Task) -> Iterator[Error]:
    code, needed = ("missingMediaUUID", "mediaUUID") if task["operation"] == "delete" else ("missingMedia", "media")
    if needed not in task:
        yield {"code": code, "parameter": needed, "message": f"Missing: {needed}."}


def _of_preprocessing(task: Task) -> Iterator[Error]:
    settings = task.get("settings", {})
    low, high = settings.get("lowThresholdCanny", 100), settings.get("highThresholdCanny", 200)
    if low >= high:
        names = ["settings.lowThresholdCanny", "settings.highThresholdCanny"]
        yield {"code": "incompatibleParameters", "parameter": names, "message": "The low threshold must be below."}


_ACROSS: dict[str, Callable[[Task], Iterator[Error]]] = {
    "imageInference": _between_fields,
    "mediaStorage": _of_storage,
    "controlNetPreprocess": _of_preprocessing,
}
"""What the fields of a kind of task say about one another."""


def _of_outpaint(task: Task, seed_image: str | None, mask_image: str | None) -> Iterator[Error]:
    if not seed_image or mask_image:
        yield wrong("outpaint", "needs a seed image, and no mask")
    if not any(task["outpaint"].values()):
        yield wrong("outpaint", "needs at least one direction")


def _of_window(entry: dict[str, Any], task: Task, place: str, *, names: tuple[str, str]) -> Iterator[Error]:
    start, end = names
    for name in names:
        if f"{name}Step" in entry and f"{name}StepPercentage" in entry:
            both = [f"{place}.{name}Step", f"{place}.{name}StepPercentage"]
            yield {"code": "incompatibleParameters", "parameter": both, "message": "Mutually exclusive."}
    for unit in ("Step", "StepPercentage"):
        first, last = entry.get(f"{start}{unit}"), entry.get(f"{end}{unit}")
        if first is not None and last is not None and first >= last:
            yield wrong(f"{place}.{start}{unit}", f"must be less than {end}{unit}")
    if entry.get(f"{end}Step", 0) > task.get("steps", 50):
        yield wrong(f"{place}.{end}Step", "must be at most steps")


def _of_caches(options: dict[str, Any]) -> Iterator[Error]:
    on = [name for name in ("fbCache", "teaCache", "dbCache") if options.get(name)]
    if len(on) > 1:
        yield {"code": "incompatibleParameters", "parameter": on, "message": "Only one cache can be on."}
    owners = {
        "fbCacheThreshold": "fbCache",
        "teaCacheDistance": "teaCache",
        "dbCacheThreshold": "dbCache",
        "dbCacheSkipInterval": "dbCache",
    }
    for name, owner in owners.items():
        if name in options and not options.get(owner):
            yield wrong(f"acceleratorOptions.{name}", f"needs {owner}")

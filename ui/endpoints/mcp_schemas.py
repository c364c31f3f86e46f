"""What an assistant is told of each tool: when it serves, and every input with its range and meaning."""

from typing import Any

from backend.domain.parts import Control
from backend.domain.requests import IMAGE_FIELDS, IN_DIGITS, MAPPING, MODES, REQUEST_TYPES, Mode
from backend.prompt_helper.asking import LANGUAGES

Schema = dict[str, Any]
"""A JSON schema, or a part of one."""
IMAGE = (
    "A PNG, JPEG, WebP or AVIF: a `data:` address with its bytes in base64, the path that POST /gradio_api/upload "
    "returned for the file, or the address or the sha256 of a file in an answer of these tools. Other web addresses "
    "are not fetched."
)
INSTRUCTIONS = (
    "Makes images with Z-Image-Turbo, on this machine or through a provider that bills. Ask `backends` what can run "
    "and what it lacks, and `estimate` what a request may cost, before you spend. Every answer says seed and cost; an "
    "unknown cost is null. The same seed and settings on the same backend make the same image again."
)
_ANSWER = "Answers with a small view of each image, and an object with seeds, cost, seconds and where the files are."
_WHEN: dict[Mode, str] = {
    "text_to_image": "Say subject, setting, light and style in plain sentences, in English or Chinese.",
    "image_to_image": "For another style or mood of a picture; `controlnet` keeps its lines better.",
    "inpaint": "White in the mask is painted anew; describe the whole picture, not the part alone.",
    "outpaint": "Give the pixels that each side adds; describe the whole picture as it will be.",
    "upscale": "Give a picture; `backends` tells the upscalers. Redraw draws it anew, with more detail; sharp doesn't.",
    "controlnet": "canny for lines, depth for space, pose for figures, none for a map that you have.",
}
CONTROL_MAP = (
    "Show what ControlNet will follow of a picture: its edges (canny), its depth, or the poses in it. Free where this "
    "machine makes it; where a provider sells it, the call is refused with the price until `buy` says yes. Answers "
    "with a view of the map, the address of its file, its size and its cost. To follow the map without paying for it "
    "again, give that address to `controlnet` as `image` with preprocess none."
)
_STYLES = {"type": "array", "items": {"type": "string"}, "default": [], "title": "Styles"}
_OURS: dict[str, Schema] = {
    "backend": {"type": "string", "default": "auto", "description": "A name that `backends` tells, or auto."},
    "styles": {**_STYLES, "description": "Names that `styles` tells: words laid around the prompt."},
    "variables": {
        "type": "object",
        "default": {},
        "additionalProperties": {"type": ["string", "number"]},
        "description": "What each `{{name}}` of the prompts becomes, by its name; each must be given.",
    },
}
_DYNAMIC = " `{red|blue}` and `__list__` are drawn by the seed, for each image anew."


def describe(mode: Mode) -> str:
    """Return when a mode's tool serves and what it answers."""
    return f"{REQUEST_TYPES[mode].__doc__} {_WHEN[mode]} {_ANSWER}"


def input_schema(mode: Mode) -> Schema:
    """Return the JSON schema of a mode's inputs, made from its request type."""
    schema = REQUEST_TYPES[mode].model_json_schema()
    properties: Schema = {**schema["properties"]}
    properties.pop("mode")
    properties["prompt"] = {**properties["prompt"], "description": properties["prompt"]["description"] + _DYNAMIC}
    for name in IN_DIGITS & properties.keys():
        properties[name] = {**properties[name], "type": ["integer", "string"]}
    for name in IMAGE_FIELDS[mode]:
        meaning = properties[name].get("description", "")
        properties[name] = {"type": "string", "title": properties[name]["title"], "description": f"{meaning} {IMAGE}"}
    parts = {**schema["$defs"], "Control": _with_a_picture(schema["$defs"]["Control"])}
    first = ("prompt", *IMAGE_FIELDS[mode])
    ordered = {**{name: properties[name] for name in first}, **_OURS, **properties}
    return {**schema, "properties": ordered, "$defs": parts, "title": mode, "additionalProperties": False}


def estimate_schema() -> Schema:
    """Return the JSON schema of an estimate's inputs: a mode, and any field of it."""
    mode = {"type": "string", "enum": list(MODES), "default": "text_to_image"}
    fields = {name: field for each in MODES for name, field in input_schema(each)["properties"].items()}
    parts = {name: part for each in MODES for name, part in input_schema(each)["$defs"].items()}
    return {"type": "object", "properties": {"mode": mode, **fields}, "$defs": parts}


def control_map_schema() -> Schema:
    """Return the JSON schema of a control map's inputs."""
    known = Control.model_json_schema()["properties"]
    buy = "Yes to the price of a map that costs money; the refusal without it names the price."
    fields = {
        "image": {"type": "string", "description": f"The picture to make the map of. {IMAGE}"},
        **{name: known[name] for name in MAPPING},
        "preprocess": {**known["preprocess"], "description": "What the map shows; none is the picture itself."},
        "backend": _OURS["backend"],
        "options": {"type": "object", "default": {}, "description": "The backend's own, as `backends` tells them."},
        "buy": {"type": "boolean", "default": False, "description": buy},
    }
    return {"type": "object", "properties": fields, "required": ["image"], "additionalProperties": False}


def wording_schema(task: str) -> Schema:
    """Return the JSON schema of what the prompt helper is asked: a prompt, or a picture and a language."""
    texts: Schema = {"prompt": {"type": "string", "description": "The prompt to word better, in any language."}}
    picture: Schema = {"type": "string", "description": f"The picture to describe. {IMAGE}"}
    language = {"type": "string", "enum": list(LANGUAGES), "default": LANGUAGES[0]}
    shown: Schema = {"image": picture, "language": {**language, "description": "What the description is written in."}}
    fields = texts if task == "enhance" else shown
    needed = [name for name, field in fields.items() if "default" not in field]
    return {"type": "object", "properties": fields, "required": needed, "additionalProperties": False}


def _with_a_picture(part: Schema) -> Schema:
    """Return the schema of a control whose image is brought along, as those of a mode are."""
    return {**part, "properties": {**part["properties"], "image": {"type": "string", "description": IMAGE}}}

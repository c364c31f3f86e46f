"""ComfyUI's canvas as the graph that it would run: nodes with links by number and widgets by place."""

from typing import Any

_WIDGETS = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "CLIPTextEncode": ("text",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "ModelSamplingAuraFlow": ("shift",),
    "UNETLoader": ("unet_name",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "LoraLoader": ("lora_name", "strength_model"),
    "ControlNetApplyAdvanced": ("strength", "start_percent", "end_percent"),
    "ZImageFunControlnet": ("strength",),
    "QwenImageDiffsynthControlnet": ("strength",),
    "RandomNoise": ("noise_seed",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KSamplerSelect": ("sampler_name",),
    "CFGGuider": ("cfg",),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "PrimitiveInt": ("value",),
}


def graph_of_canvas(canvas: Any, most: int) -> dict[str, Any] | None:
    """Return the graph of the API for a canvas of at most `most` nodes, or None where it isn't one."""
    if not isinstance(canvas, dict) or not isinstance(canvas.get("nodes"), list):
        return None
    nodes, links = canvas["nodes"], canvas.get("links")
    if len(nodes) > most or not isinstance(links, list):
        return None
    sources = {link[0]: [str(link[1]), link[2]] for link in links if isinstance(link, list) and _is_link(link)}
    graph = {}
    for node in nodes:
        # Modes 2 and 4: muted and bypassed nodes don't run.
        if isinstance(node, dict) and isinstance(node.get("type"), str) and node.get("mode") not in (2, 4):
            graph[str(node.get("id"))] = {"class_type": node["type"], "inputs": _inputs(node, sources)}
    return graph


def _is_link(link: list[Any]) -> bool:
    return len(link) >= 3 and all(isinstance(part, str | int) for part in link[:3])


def _inputs(node: dict[str, Any], sources: dict[Any, list[Any]]) -> dict[str, Any]:
    values = node.get("widgets_values")
    given: dict[str, Any] = {}
    if isinstance(values, list):
        given = {name: value for name, value in zip(_WIDGETS.get(node["type"], ()), values, strict=False) if name}
    entries = node.get("inputs")
    for entry in entries if isinstance(entries, list) else ():
        link = entry.get("link") if isinstance(entry, dict) else None
        if isinstance(link, str | int) and link in sources and isinstance(entry.get("name"), str):
            given[entry["name"]] = sources[link]
    return given

"""Files with the canvas alone: subgraphs, nodes that don't run, and values that the frontend keeps."""

import time
from copy import deepcopy
from typing import Any

from backend.restore.comfyui.read import read_canvas
from tests.backend.restore.comfyui.graphs import PROMPT, SEED, restored


def link(number: int, origin: int, slot: int, target: int, at: int, kind: str = "*") -> dict[str, Any]:
    keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
    return dict(zip(keys, (number, origin, slot, target, at, kind), strict=True))


def takes(name: str, number: int | None) -> dict[str, Any]:
    return {"name": name, "link": number}


INNER: dict[str, Any] = {
    "id": "f2fd",
    "inputs": [{"name": name, "linkIds": [at]} for name, at in (("text", 34), ("width", 35), ("steps", 70))],
    "outputs": [{"name": "IMAGE", "linkIds": [16]}],
    "nodes": [
        {"id": 27, "type": "CLIPTextEncode", "inputs": [takes("text", 34)], "widgets_values": ["inner words"]},
        {"id": 13, "type": "EmptySD3LatentImage", "inputs": [takes("width", 35)], "widgets_values": [512, 768, 1]},
        {
            "id": 3,
            "type": "KSampler",
            "inputs": [takes("model", 13), takes("positive", 30), takes("latent_image", 17), takes("steps", 70)],
            "widgets_values": [SEED, "randomize", 4, 1, "euler", "simple", 1],
        },
        {"id": 28, "type": "UNETLoader", "widgets_values": ["z_image_turbo_bf16.safetensors", "default"]},
        {"id": 8, "type": "VAEDecode", "inputs": [takes("samples", 14)]},
    ],
    "links": [
        *(link(34, -10, 0, 27, 0), link(35, -10, 1, 13, 0), link(70, -10, 2, 3, 3), link(30, 27, 0, 3, 1)),
        *(link(17, 13, 0, 3, 2), link(13, 28, 0, 3, 0), link(14, 3, 0, 8, 0), link(16, 8, 0, -20, 0)),
    ],
}
SHOWN = [["-1", "text"], ["-1", "width"], ["-1", "steps"], ["3", "seed"]]


def canvas(*nodes: dict[str, Any], links: tuple[list[Any], ...] = (), **instance: Any) -> dict[str, Any]:
    """Return a canvas whose picture comes from the subgraph's instance, with more nodes and links beside it."""
    made = {"id": 57, "type": "f2fd", "inputs": [takes("text", None)], **instance}
    saves = {"id": 9, "type": "SaveImage", "inputs": [takes("images", 62)], "widgets_values": ["z"]}
    drawn = {"nodes": [saves, made, *nodes], "links": [[62, 57, 0, 9, 0, "IMAGE"], *links], "version": 0.4}
    return deepcopy({**drawn, "definitions": {"subgraphs": [INNER]}})


def test_a_subgraph_is_opened_and_its_instances_values_count() -> None:
    """As the official Z-Image template of December 2025 is."""
    shown = {"properties": {"proxyWidgets": SHOWN}, "widgets_values": [PROMPT, 1024, 9, None]}
    recipe = restored({"workflow": canvas(**shown)}).recipe
    assert (recipe["prompt"], recipe["seed"], recipe["steps"]) == (PROMPT, SEED, 9)
    assert (recipe["width"], recipe["height"]) == (1024, 768)


def test_an_inner_nodes_widget_that_the_instance_shows_is_set_by_it() -> None:
    shown = {"properties": {"proxyWidgets": [["3", "seed"]]}, "widgets_values": [77]}
    recipe = restored({"workflow": canvas(**shown)}).recipe
    assert (recipe["seed"], recipe["prompt"]) == (77, "inner words")


def test_without_a_list_of_what_is_shown_the_instances_own_inputs_name_its_values() -> None:
    text = {"name": "text", "widget": {"name": "text"}, "link": None}
    assert restored({"workflow": canvas(inputs=[text], widgets_values=[PROMPT])}).recipe["prompt"] == PROMPT


def test_a_link_from_outside_is_followed_into_the_subgraph() -> None:
    says = {"id": 40, "type": "PrimitiveStringMultiline", "widgets_values": [PROMPT]}
    linked = canvas(says, links=([63, 40, 0, 57, 0, "STRING"],), inputs=[takes("text", 63)])
    assert restored({"workflow": linked}).recipe["prompt"] == PROMPT


def test_subgraphs_in_subgraphs_are_opened() -> None:
    outer = {
        "id": "outer",
        "inputs": [{"name": "text", "linkIds": [1]}],
        "outputs": [{"name": "IMAGE", "linkIds": [2]}],
        "nodes": [{"id": 5, "type": "f2fd", "inputs": [takes("text", 1)]}],
        "links": [link(1, -10, 0, 5, 0), link(2, 5, 0, -20, 0)],
    }
    drawn = canvas(type="outer", properties={"proxyWidgets": [["-1", "text"]]}, widgets_values=[PROMPT])
    drawn["definitions"]["subgraphs"].append(outer)
    assert restored({"workflow": drawn}).recipe["prompt"] == PROMPT


def test_a_bypassed_node_hands_on_and_a_muted_one_does_not_run() -> None:
    """A LoRA that is switched off no longer parts the sampler from its model."""
    drawn = canvas()
    inner = drawn["definitions"]["subgraphs"][0]
    lora = {"id": 50, "type": "LoraLoaderModelOnly", "mode": 4, "inputs": [takes("model", 51)]}
    inner["nodes"].append({**lora, "widgets_values": ["off.safetensors", 1]})
    inner["links"] = [line for line in inner["links"] if line["id"] != 13]
    inner["links"] += [link(13, 50, 0, 3, 0, "MODEL"), link(51, 28, 0, 50, 0, "MODEL")]
    found = read_canvas(drawn)
    assert found is not None
    assert (found.model, found.loras) == ("z_image_turbo_bf16.safetensors", [])


def test_the_rows_of_a_stack_on_the_canvas_are_read_and_others_are_listed() -> None:
    drawn = canvas()
    inner = drawn["definitions"]["subgraphs"][0]
    rows = [{}, {"type": "header"}, {"on": True, "lora": "pixel.safetensors", "strength": 0.8}, ""]
    stack = {"id": 50, "type": "Power Lora Loader (rgthree)", "inputs": [takes("model", 51)], "widgets_values": rows}
    inner["nodes"].append(stack)
    inner["links"] = [line for line in inner["links"] if line["id"] != 13]
    inner["links"] += [link(13, 50, 0, 3, 0, "MODEL"), link(51, 28, 0, 50, 0, "MODEL")]
    found = read_canvas(drawn)
    assert found is not None
    assert found.loras == [("pixel.safetensors", 0.8)]
    ink = {"name": "ink", "strength": "0.5", "active": True}
    stack |= {"type": "Lora Loader (LoraManager)", "widgets_values": ["", [ink]]}
    found = read_canvas(drawn)
    assert found is not None
    assert found.loras == [("ink", "0.5")]
    stack |= {"type": "Lora Roulette", "widgets_values": [7, 8]}
    found = read_canvas(drawn)
    assert found is not None
    assert [(entry.name, entry.value) for entry in found.dropped] == [("lora", "Lora Roulette")]


def test_values_that_only_the_frontend_knows_are_read() -> None:
    drawn = canvas({"id": 41, "type": "PrimitiveNode", "widgets_values": [PROMPT]}, inputs=[takes("text", 64)])
    drawn["nodes"].append({"id": 42, "type": "Reroute", "inputs": [takes("", 63)]})
    drawn["links"] += [[63, 41, 0, 42, 0, "STRING"], [64, 42, 0, 57, 0, "STRING"]]
    assert restored({"workflow": drawn}).recipe["prompt"] == PROMPT


def test_widgets_that_a_node_names_itself_are_read_by_their_names() -> None:
    """Frontends since 1.16 list every widget of a node among its inputs."""
    drawn = canvas()
    encode = drawn["definitions"]["subgraphs"][0]["nodes"][0]
    names = [{"name": name, "widget": {"name": name}} for name in ("style", "prompt")]
    encode |= {"type": "StyledTextEncode", "inputs": names, "widgets_values": ["none", PROMPT]}
    assert restored({"workflow": drawn}).recipe["prompt"] == PROMPT


def test_a_subgraph_that_holds_itself_ends() -> None:
    drawn = canvas()
    drawn["definitions"]["subgraphs"][0]["nodes"] += [{"id": 100 + n, "type": "f2fd"} for n in range(20)]
    began = time.monotonic()
    assert read_canvas(drawn) is None
    assert time.monotonic() - began < 5


def test_links_in_a_circle_end() -> None:
    drawn = canvas({"id": 42, "type": "Reroute", "inputs": [takes("", 63)]}, inputs=[takes("text", 63)])
    drawn["links"].append([63, 42, 0, 57, 0, "STRING"])
    found = read_canvas(drawn)
    assert found is not None
    assert found.values["seed"] == SEED

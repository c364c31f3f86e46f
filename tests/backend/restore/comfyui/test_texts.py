"""Prompts that nodes put together, parts of pictures with prompts of their own, and prompts that nobody knows."""

from typing import Any

import pytest

from tests.backend.restore.comfyui.graphs import PROMPT, graph, listed, node, restored

TEXT: dict[str, Any] = {"n6": {"inputs": {"text": ["50", 0]}}}
SNOW = {"n51": node("PrimitiveStringMultiline", value="in the snow")}
MADE = {
    "StringConcatenate": {"n50": node("StringConcatenate", string_a="a fox", string_b=["51", 0], delimiter=" ")},
    "JoinStrings": {"n50": node("JoinStrings", string1="a fox", string2=["51", 0], delimiter=" ")},
    "JoinStringMulti": {
        "n50": node("JoinStringMulti", inputcount=2, delimiter=" ", string_1="a fox", string_2=["51", 0])
    },
    "StringTrim": {"n50": node("StringTrim", string="  a fox in the snow ", mode="Both")},
    "StringReplace": {"n50": node("StringReplace", string="a hen in the snow", find="hen", replace="fox")},
    "ComfySwitchNode": {
        "n50": node("ComfySwitchNode", switch=["52", 0], on_true="another", on_false=PROMPT),
        "n52": node("PrimitiveBoolean", value=False),
    },
    "a text box": {"n50": node("DF_Text_Box", Text=PROMPT)},
    "what was shown": {"n50": node("ShowText|pysssss", text=["53", 0], text_0=PROMPT), "n53": node("Unheard", of=1)},
    "a language model's answer that was asked for in words": {
        "n50": node("ComfySwitchNode", switch=True, on_true=["53", 0], on_false=PROMPT),
        "n53": node("TextGenerate", prompt="You write prompts."),
    },
}


@pytest.mark.parametrize("nodes", MADE.values(), ids=MADE)
def test_a_prompt_that_nodes_put_together_is_followed(nodes: dict[str, Any]) -> None:
    found = restored({"prompt": graph(**TEXT, **SNOW, **nodes)})
    assert found.recipe["prompt"] == PROMPT
    assert listed(found, "prompt") == []


def test_power_prompt_encodes_by_itself() -> None:
    power = node(
        "Power Prompt (rgthree)", prompt=f"{PROMPT} <lora:pixel:0.8>", insert_lora="CHOOSE", opt_clip=["18", 0]
    )
    found = restored({"prompt": graph(n6=power)})
    assert found.recipe["prompt"] == PROMPT
    assert "pixel: 0.8" in listed(found, "lora")


@pytest.mark.parametrize(
    "nodes",
    [
        {"n50": node("TextGenerate", prompt="You write prompts.", max_length=512)},
        {
            "n50": node("StringConcatenate", string_a="a fox", string_b=["51", 0], delimiter=""),
            "n51": node("Unheard", of=1),
        },
    ],
    ids=["a language model", "a part that isn't there"],
)
def test_a_prompt_that_is_not_in_the_file_is_listed_and_never_guessed(nodes: dict[str, Any]) -> None:
    found = restored({"prompt": graph(**TEXT, **nodes)})
    assert "prompt" not in found.recipe
    assert len(listed(found, "prompt")) == 1


def test_the_whole_pictures_prompt_counts_and_its_parts_are_listed() -> None:
    parts = {
        "n3": {"inputs": {"positive": ["60", 0], "sampler_name": "euler"}},
        "n60": node("ConditioningCombine", conditioning_1=["61", 0], conditioning_2=["6", 0]),
        "n61": node("ConditioningSetArea", conditioning=["62", 0], width=64, height=64, x=0, y=0),
        "n62": node("CLIPTextEncode", text="a hen", clip=["18", 0]),
    }
    found = restored({"prompt": graph(**parts)})
    assert found.recipe["prompt"] == PROMPT
    assert listed(found, "prompt") == ["a hen"]


def test_a_guider_of_two_conditions_has_a_prompt_and_its_guidances_are_listed() -> None:
    sampler = node("SamplerCustomAdvanced", guider=["31", 0], latent_image=["13", 0])
    guider = node("DualCFGGuider", model=["11", 0], cond1=["6", 0], cond2=["7", 0], negative=["7", 0])
    guider["inputs"] |= {"cfg_conds": 5.0, "cfg_cond2_negative": 1.5}
    encode = node("CLIPTextEncode", text="blurry", clip=["18", 0])
    found = restored({"prompt": graph(n8={"inputs": {"samples": ["23", 0]}}, n23=sampler, n31=guider, n7=encode)})
    assert (found.recipe["prompt"], found.recipe["negative_prompt"]) == (PROMPT, "blurry")
    assert listed(found, "cfg_conds") == ["5.0, 1.5"]


def test_texts_that_double_at_every_node_end() -> None:
    nodes = {
        f"n{n}": node("StringConcatenate", string_a=[str(n + 1), 0], string_b=[str(n + 1), 0]) for n in range(100, 140)
    }
    nodes["n140"] = node("PrimitiveString", value="fox " * 1000)
    restored({"prompt": graph(n6={"inputs": {"text": ["100", 0]}}, **nodes)})

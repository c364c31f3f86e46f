"""A saver's own text beside the graph."""

from tests.backend.restore.comfyui.graphs import PROMPT, SEED, graph, listed, node, restored

UNWIRED = (
    "unknown\nNegative prompt: unknown\nSteps: 20, Sampler: euler_simple, CFG scale: 8.0, Seed: 0, Size: 512x512, "
    "Model: z_image_turbo_bf16, Version: ComfyUI"
)
WIRED = "a fox that a model wrote\nSteps: 9, Sampler: Euler, CFG scale: 1, Seed: 5, Size: 1024x768, Version: ComfyUI"


def test_a_savers_defaults_lose_against_the_graph() -> None:
    recipe = restored({"parameters": UNWIRED, "prompt": graph()}).recipe
    assert (recipe["prompt"], recipe["seed"], recipe["steps"], recipe["width"]) == (PROMPT, SEED, 9, 1024)
    assert "negative_prompt" not in recipe


def test_a_saver_says_the_prompt_that_the_graph_has_lost() -> None:
    lost = graph(n6={"inputs": {"text": ["50", 0]}}, n50=node("TextGenerate", prompt="You write prompts."))
    found = restored({"parameters": WIRED, "prompt": lost})
    assert (found.recipe["prompt"], found.recipe["seed"]) == ("a fox that a model wrote", SEED)
    assert listed(found, "prompt") == []


def test_a_text_without_a_graph_is_read_as_before() -> None:
    assert restored({"parameters": WIRED}).recipe["seed"] == 5


def test_what_was_typed_into_stability_matrix_counts() -> None:
    found = restored({"prompt": graph(), "parameters-json": {"PositivePrompt": "a fox #note", "NegativePrompt": ""}})
    assert (found.source, found.recipe["prompt"], found.recipe["seed"]) == ("Stability Matrix", "a fox #note", SEED)

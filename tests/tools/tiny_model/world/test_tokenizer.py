import pytest
import torch

from tools.tiny_model.networks.models import build_parts
from tools.tiny_model.packing.export import spelled_text_encoder
from tools.tiny_model.world.tokenizer import SPECIAL, build_tokenizer, rows, vocabulary

TOKENIZER = build_tokenizer()
IDEA_ROWS = [row for _, row in vocabulary()]


def ideas(prompt: str) -> list[int]:
    return [IDEA_ROWS[token] for token in TOKENIZER(prompt).input_ids]


def caption(text: str) -> list[int]:
    return rows(text)[1:-1]


@pytest.mark.parametrize(
    ("prompt", "meaning"),
    [
        ("A red circle on a blue background", "red circle blue background"),
        ("a Crimson disc against a navy backdrop", "red circle blue background"),
        ("蓝色背景上的红色圆形", "blue background red circle"),
        ("a pine tree under a blue sky", "pine blue sky"),
        ("the tree to the left of the car", "tree leftof car"),
        ("左边是红色圆形，右边是蓝色正方形", "left red circle , right blue square"),
        ("夜空下的房子，星星和月亮", "night house , star and moon"),
        ("three yellow stars", "three yellow star"),
    ],
)
def test_synonyms_and_translations_mean_the_same(prompt: str, meaning: str) -> None:
    assert ideas(prompt) == caption(meaning)


@pytest.mark.parametrize("prompt", ["a photo of a dog", "redhead", "一只狗", ""])
def test_unknown_words_are_left_out(prompt: str) -> None:
    assert ideas(prompt) == []


def test_the_chat_template_frames_a_prompt_as_training_did() -> None:
    text = TOKENIZER.apply_chat_template(
        [{"role": "user", "content": "a red circle"}], tokenize=False, add_generation_prompt=True, enable_thinking=True
    )
    assert [IDEA_ROWS[token] for token in TOKENIZER(text).input_ids] == rows("red circle")


def test_every_spelling_has_its_ideas_embedding() -> None:
    trained = build_parts(0).text
    spelled = spelled_text_encoder(trained)
    ids = torch.tensor(TOKENIZER("crimson").input_ids)
    red = len(SPECIAL)
    assert torch.equal(spelled.embed_tokens(ids)[0], trained.embed_tokens.weight[red])

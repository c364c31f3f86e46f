"""LoRAs as lines of text."""

from ui.inputs.lora_lines import read_loras, write_loras


def test_each_line_is_a_model_and_its_weight() -> None:
    assert read_loras("a/b @ 0.8\n\n  civitai:58390@62833 @ 1.2 \nplain") == [
        {"model": "a/b", "weight": "0.8"},
        {"model": "civitai:58390@62833", "weight": "1.2"},
        {"model": "plain"},
    ]


def test_a_weight_may_stand_close_behind_the_name() -> None:
    lines = "pixel.safetensors@0.8\nnear@1\ncivitai:58390@62833\ncivitai:58390@62833@0.8\nrunware:100@1\na@-.5"
    assert read_loras(lines) == [
        {"model": "pixel.safetensors", "weight": "0.8"},
        {"model": "near", "weight": "1"},
        {"model": "civitai:58390@62833"},
        {"model": "civitai:58390@62833", "weight": "0.8"},
        {"model": "runware:100@1"},
        {"model": "a", "weight": "-.5"},
    ]


def test_what_is_written_is_read_again() -> None:
    loras = [{"model": "civitai:58390@62833", "weight": 0.5}]
    assert read_loras(write_loras(loras)) == [{"model": "civitai:58390@62833", "weight": "0.5"}]

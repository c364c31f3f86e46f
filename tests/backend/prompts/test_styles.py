import json

import pytest

from backend.domain.errors import InvalidRequest
from backend.library.shipped import load_presets
from backend.prompts.style_files import MOST_BYTES, StyleFormat, read_styles, write_styles
from backend.prompts.styles import Style, apply, find

INK = Style(name="Ink, wet", prompt="ink wash of {prompt} on paper", negative_prompt="photo", group="Painting")
GRAIN = Style(name="Grain", prompt='film "grain"\nand dust')


def test_a_style_wraps_the_prompt_or_stands_behind_it() -> None:
    assert apply([INK], "a heron") == ("ink wash of a heron on paper", "photo")
    assert apply([GRAIN], "a heron", "blur") == ('a heron, film "grain"\nand dust', "blur")
    assert apply([INK, GRAIN], "a heron", "blur")[1] == "blur, photo"
    assert apply([], "a heron") == ("a heron", "")


def test_styles_are_found_in_the_order_asked_for() -> None:
    assert find([INK, GRAIN], ["Grain", "Ink, wet"]) == [GRAIN, INK]
    with pytest.raises(InvalidRequest, match="no style 'Oil'"):
        find([INK], ["Oil"])


@pytest.mark.parametrize("style_format", ["a1111", "fooocus", "invokeai"])
def test_what_is_written_is_read_again(style_format: StyleFormat) -> None:
    ours = [style.model_copy(update={"group": ""}) for style in (INK, GRAIN, *load_presets().styles)]
    imported = read_styles(write_styles(ours, style_format).encode())
    assert imported.styles == tuple(ours)
    assert imported.left_out == ()


def test_a1111s_own_file_is_read() -> None:
    """Its BOM, its comment rows and its old two-column form are those of AUTOMATIC1111's modules/styles.py."""
    new = '\ufeffname,prompt,negative_prompt\r\n# mine,,\r\nNoir,"{prompt}, noir",colour\r\nEmpty,,\r\n'
    assert [style.name for style in read_styles(new.encode()).styles] == ["Noir", "Empty"]
    old = "name,text\nNoir,noir film\n"
    assert read_styles(old.encode()).styles == (Style(name="Noir", prompt="noir film"),)


def test_fooocus_styles_without_a_negative_prompt_are_read() -> None:
    (style,) = read_styles(b'[{"name": "mre-x", "prompt": "x {prompt}"}]').styles
    assert (style.prompt, style.negative_prompt) == ("x {prompt}", "")


def test_invokeais_csv_and_json_are_read() -> None:
    (from_csv,) = read_styles(b"name,positive_prompt,negative_prompt\nA,{prompt} b,c\n").styles
    exported = [{"name": "A", "type": "user", "preset_data": {"positive_prompt": "{prompt} b", "negative_prompt": "c"}}]
    (from_json,) = read_styles(json.dumps(exported).encode()).styles
    assert from_csv == from_json == Style(name="A", prompt="{prompt} b", negative_prompt="c")


def test_an_entry_that_is_wrong_is_left_out_and_named() -> None:
    content = (
        b'[{"name": "A", "prompt": 5}, {"prompt": "x"}, {"name": "B", "prompt": "1"}, {"name": "B", "prompt": "2"}]'
    )
    imported = read_styles(content)
    assert imported.styles == (Style(name="B", prompt="2"),)
    assert len(imported.left_out) == 3
    assert "twice" in imported.left_out[2]


HOSTILE = [b"", b"hello", b"[1, 2]", b"[" * 100_000, b"a,b\n1,2", b"\x00\xff" * 99]


@pytest.mark.parametrize("content", [*HOSTILE, b'name,prompt\n"' + b"x" * 200_000, b"x" * (MOST_BYTES + 1)])
def test_another_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(InvalidRequest, match=r"^`file`: "):
        read_styles(content)

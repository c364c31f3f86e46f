"""The style sheets as the page carries them."""

import re

from ui.look.theme import style


def test_animations_stand_outside_of_the_rules_that_outweigh_gradios() -> None:
    names, rules = style().split(":root:root:root {", 1)
    assert set(re.findall(r"animation: (\w+)", rules)) - {"none"} == set(re.findall(r"@keyframes (\w+)", names))
    assert "@keyframes" not in rules


def test_every_bracket_of_the_sheet_is_closed() -> None:
    plain = re.sub(r'"[^"]*"|/\*.*?\*/', "", style(), flags=re.DOTALL)
    assert plain.count("{") == plain.count("}")


def test_there_are_five_sizes_of_text_and_one_radius() -> None:
    sizes = set(re.findall(r"font-size: ([^;}]+?)(?: !important)?[;}]", style()))
    assert {size for size in sizes if size.endswith("px")} == {"12px", "13px", "14px", "16px", "18px"}
    corners = {each for value in re.findall(r"border-radius: ([^;}]+)", style()) for each in value.split()}
    # Beside it, what is round by itself: a line's ends, a mark's box, a dot.
    assert corners == {"var(--round)", "0", "2px", "50%", "!important"}

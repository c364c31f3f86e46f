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

"""Which script a text is written in, by its letters."""

import unicodedata
from collections import Counter

CHINESE = "CJK"
_AS_ONE = {"HIRAGANA": CHINESE, "KATAKANA": CHINESE, "IDEOGRAPHIC": CHINESE}
_SIGNS_FOR_LETTERS = 3
"""A Chinese sign says about as much as three letters of an alphabet."""


def script_of(text: str) -> str:
    """Return the script of most of a text in Unicode's own word, such as `LATIN` or `CJK`; empty where it has none."""
    found: Counter[str] = Counter()
    for letter in text:
        if letter.isalpha():
            script = unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]
            script = _AS_ONE.get(script, script)
            found[script] += _SIGNS_FOR_LETTERS if script == CHINESE else 1
    return found.most_common(1)[0][0] if found else ""

"""What of a prompt no helper may change: words in quotes, which are to be in the picture, and the marks of prompts."""

import re
from collections import Counter
from dataclasses import dataclass

from backend.prompt_helper.language import CHINESE, script_of

_QUOTED = re.compile(
    r"\"([^\"\n]{1,400})\""
    r"|“([^”\n]{1,400})”"
    r"|„([^“”\n]{1,400})[“”]"
    r"|«([^»\n]{1,400})»"
    r"|「([^」\n]{1,400})」"
    r"|『([^』\n]{1,400})』"
    r"|(?<!\w)‘([^’\n]{1,400})’(?!\w)"
    r"|(?<!\w)'([^'\n]{1,400})'(?!\w)"  # no apostrophe: those have a letter before them
)
_MARKS = (
    re.compile(r"\{\{[^{}\n]{1,100}\}\}"),  # a variable
    re.compile(r"__[\w-]{1,64}?__"),  # a wildcard
    re.compile(r"<\w{1,20}:[^<>\n]{1,300}>"),  # a LoRA, and other tools' networks
    re.compile(r"(?<!\{)\{[^{}\n]{0,500}(?:\||\$\$)[^{}\n]{0,500}\}(?!\})"),  # a choice
    re.compile(r"(?<!\\)\([^()\n]{1,500}:\s{0,3}[-+]?\d{0,2}(?:\.\d{1,4})?\s{0,3}\)"),  # a weight
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A new text with everything of the old one that has to stay, and what had to be put back or came along.

    All three as they were written; `added` are words in quotes and marks that the old text didn't have.
    """

    text: str
    put_back: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def kept_of(text: str) -> tuple[str, ...]:
    """Return what has to stay to the letter, as often as it stands there: words in quotes with them, then marks."""
    quoted = [found[0] for found in _QUOTED.finditer(text)]
    return (*quoted, *(found for pattern in _MARKS for found in pattern.findall(text)))


def check_kept(before: str, after: str) -> Checked:
    """Return the new text with what was lost put back at its end, and name it.

    Words in quotes have survived in any kind of quotes: what is between them counts, to the letter.
    """
    wanted, there = _counted(before), _counted(after)
    lost = [mark for mark, count in (wanted - there).items() for _ in range(count)]
    # Within kept words a mark is no mark of its own: it comes back with them.
    lost = [each for each in lost if not any(each != other and each in other for other in lost)]
    spelled = {_inner(each): each for each in kept_of(before)}
    back = tuple(spelled[each] for each in lost)
    new = {_inner(each): each for each in kept_of(after)}
    added = tuple(new[each] for each in there if each not in wanted)
    return Checked(_with(after, back), back, added)


def _counted(text: str) -> Counter[str]:
    return Counter(_inner(each) for each in kept_of(text))


def _inner(kept: str) -> str:
    """Return words in quotes with straight ones, in which all are compared, and a mark as it is."""
    found = _QUOTED.fullmatch(kept)
    if found is None:
        return kept
    return f'"{next(inner for inner in found.groups() if inner is not None)}"'


def _with(text: str, back: tuple[str, ...]) -> str:
    marks = [each for each in back if not _QUOTED.fullmatch(each)]
    quoted = [each for each in back if _QUOTED.fullmatch(each)]
    chinese = script_of(text) == CHINESE
    said = [f"画面中写有{each}。" if chinese else f"The picture shows the words {each}." for each in quoted]
    if marks:
        said.append(("，" if chinese else ", ").join(marks))
    return ("" if chinese else " ").join((text, *said)).strip()

from backend.domain.requests import IMAGE_FIELDS, TABBED, parse_request
from backend.library.shipped import load_presets, read_list
from backend.prompts.expansion import all_of, expand
from backend.prompts.styles import apply

PRESETS = load_presets()


def test_there_are_the_official_sizes_in_three_tiers() -> None:
    assert {tier: len(sizes) for tier, sizes in PRESETS.sizes.items()} == {"1024": 11, "1280": 11, "1536": 11}
    for tier, sizes in PRESETS.sizes.items():
        for size in sizes:
            assert size.width % 16 == size.height % 16 == 0
            across, down = map(int, size.ratio.split(":"))
            assert abs(size.width / size.height - across / down) < 0.01
        assert (sizes[0].width, sizes[0].height) == (int(tier), int(tier))


def test_there_are_forty_styles_or_more_and_each_changes_the_prompt() -> None:
    names = [style.name for style in PRESETS.styles]
    assert len(set(names)) == len(names) >= 40
    for style in PRESETS.styles:
        styled, _ = apply([style], "a heron")
        assert "a heron" in styled
        assert styled != "a heron"


def test_every_tab_has_examples_that_become_requests() -> None:
    for mode in TABBED:
        examples = PRESETS.examples_of(mode)
        assert len(examples) >= 3
        for example in examples:
            request = parse_request({**example.request, **dict.fromkeys(IMAGE_FIELDS[mode], "1" * 64)})
            assert request.mode == mode
            assert expand(request.prompt, 1, PRESETS.lists)


def test_every_list_can_be_drawn_from() -> None:
    for name, lines in PRESETS.lists.items():
        assert all_of(f"__{name}__", PRESETS.lists) == list(lines)
        assert len(lines) >= 5


def test_empty_lines_and_comments_are_no_entries() -> None:
    assert read_list("# animals\ncat\n\n dog \n") == ("cat", "dog")

"""The page's modules as one graph, and the one file that they become."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ui.serving.module_graph import in_order, linked, read_modules

TWO = {
    "page.js": "import {twice as doubled} from './room/sum.js';\nimport './room/said.js';\nconsole.log(doubled(21));\n",
    "room/said.js": "console.log('said');\n",
    "room/sum.js": "const factor = 2;\nexport function twice(value) { return factor * value; }\n",
}


def test_every_module_is_reached_from_the_page() -> None:
    modules = read_modules()
    assert sorted(in_order(modules)) == sorted(modules)


def test_no_modules_import_each_other_in_a_circle() -> None:
    order = in_order(read_modules())  # raises for a circle
    assert order[-1] == "page.js"
    assert len(order) == len(set(order))


def test_each_name_that_is_exported_is_imported_by_somebody() -> None:
    program = linked(read_modules())
    taken = {
        (line.partition(" = ")[2].rstrip(";"), name.partition(":")[0].strip())
        for line in program.splitlines()
        if line.startswith("const {") and " = $" in line
        for name in line.partition("{")[2].partition("}")[0].split(",")
    }
    module = ""
    for line in program.splitlines():
        if line.startswith("const $"):
            module = line.split()[1]
        elif line.startswith("return {") and line != "return {};":
            given = {(module, name.strip()) for name in line.partition("{")[2].partition("}")[0].split(",")}
            assert given <= taken, given - taken


UI = Path(__file__).parents[3] / "ui"


def in_python(pattern: str) -> set[str]:
    return {found for path in UI.rglob("*.py") for found in re.findall(pattern, path.read_text(encoding="utf-8"))}


def under_window(name: str) -> set[str]:
    """Return the names that the page's module puts under a name of the window."""
    found = re.search(rf"window\.{name} = {{(.*?)}};", read_modules()["page.js"], re.DOTALL)
    assert found
    return {each.partition(":")[0].strip() for each in found[1].split(",")} - {""}


def test_no_script_stands_in_a_python_file() -> None:
    assert in_python(r"addEventListener|querySelector|getElementById") == set()


def test_each_component_has_a_module_that_takes_it_and_the_other_way_round() -> None:
    assert in_python(r'on_load\("(\w+)"') == under_window("playground_areas")


def test_what_events_call_is_there() -> None:
    assert in_python(r'js_call\("(\w+)"\)') <= under_window("playground")
    assert in_python(r"window\.playground\.(\w+)\(") - {"{name}"} <= under_window("playground")
    assert in_python(r"window\.playground_form\.(\w+)\(") <= under_window("playground_form")
    assert in_python(r"window\.playground_easel\.(\w+)\(") <= under_window("playground_easel")


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node here")
def test_one_file_does_what_the_modules_do(tmp_path: Path) -> None:
    (tmp_path / "linked.mjs").write_text(linked(TWO), encoding="utf-8")
    for name, text in TWO.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    told = [subprocess.check_output(["node", tmp_path / name], text=True) for name in ("page.js", "linked.mjs")]
    assert told == ["said\n42\n"] * 2


@pytest.mark.parametrize(
    ("modules", "said"),
    [
        ({"page.js": "import './a.js';\n", "a.js": "import './page.js';\n"}, "circle: page.js → a.js → page.js"),
        ({"page.js": "import {x} from './gone.js';\n"}, "page.js imports gone.js, which isn't there"),
        (
            {"page.js": "import {b} from './a.js';\n", "a.js": "export const a = 1, b = 2;\n"},
            "imports b, but a.js",
        ),
        ({"page.js": "import x from './a.js';\n", "a.js": ""}, "is no plain import or export"),
        ({"page.js": "export default 1;\n"}, "is no plain import or export"),
        ({"page.js": "export let count = 0;\n"}, "is no plain import or export"),
        ({"page.js": "const a = await import('./a.js');\n"}, "is no plain import or export"),
    ],
)
def test_what_cannot_be_put_into_one_file_is_refused(modules: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace(".", r"\.")):
        linked(modules)

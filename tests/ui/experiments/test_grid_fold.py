"""Where a grid is asked for."""

import re

from ui.experiments.grid_fold import grid_cells


def test_the_fields_of_a_grid_are_named_as_the_page_names_them() -> None:
    across, _, down, _ = grid_cells()
    for cell in (across, down):
        options = dict(re.findall(r'<option value="(\w*)"[^>]*>([^<]*)<', str(cell.html)))
        assert options["negative_prompt"] == "Negative prompt"
        assert options["output_format"] == "Format"
        assert options["words"] == "Words"
        assert not [said for said in options.values() if "_" in said]

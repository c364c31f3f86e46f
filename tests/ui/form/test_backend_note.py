"""What a backend wants said stands on the page, whoever wrote it."""

from backend.adapters.fake import TAKES as ALL
from backend.adapters.modelrunner.abilities import CAPABILITIES
from backend.domain.capabilities import Capabilities, Size
from backend.domain.requests import MODES
from ui.form.backend_note import note_html


def test_a_note_names_its_modes_and_is_said_once() -> None:
    notes = {"inpaint": "unverified <b>", "outpaint": "unverified <b>", "controlnet": "public"}
    html = note_html(Capabilities(modes=MODES, default_size=Size(64, 64), takes=ALL, notes=notes))  # type: ignore[arg-type]
    assert html.count("unverified &lt;b&gt;") == 1
    assert "<b>Inpaint, Outpaint:</b>" in html
    assert "<b>ControlNet:</b> public" in html


def test_a_note_about_all_that_a_backend_does_needs_no_names() -> None:
    capabilities = Capabilities(modes=("inpaint",), default_size=Size(64, 64), takes=ALL, notes={"inpaint": "small"})
    assert note_html(capabilities) == '<p class="told">small</p>'


def test_where_a_picture_goes_and_what_is_left_out_is_said_before_it_is_sent() -> None:
    html = note_html(CAPABILITIES)
    assert "public, unguessable address" in html
    assert "takes no negative prompt" in html
    assert "<b>Low threshold</b> ModelRunner finds edges its own way" in html


def test_a_backend_with_nothing_to_say_has_no_note() -> None:
    assert note_html(Capabilities(modes=("inpaint",), default_size=Size(64, 64), takes=ALL)) == ""

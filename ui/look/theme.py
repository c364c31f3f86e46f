"""The look: what Gradio's theme carries, and the style sheets. System fonts, so that nothing is fetched."""

from pathlib import Path

import gradio as gr

_UI = Path(__file__).parents[1]
_ABOVE_GRADIO = ":root:root:root"
"""Gives each rule the weight of three classes, as Gradio does to a sheet that it is handed: there in the browser, anew
at each start, rule by rule."""

_SANS = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]


def theme() -> gr.themes.Base:
    """Return the theme: quiet greys, one accent, contrast of at least 4.5:1 for text."""
    return gr.themes.Base(
        primary_hue="indigo", neutral_hue="zinc", font=_SANS, font_mono=_MONO, radius_size="md", spacing_size="md"
    ).set(
        body_background_fill="#fafafa",
        body_background_fill_dark="#0f0f12",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_300",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_200",
        block_title_text_weight="550",
        block_padding="0px",
        block_shadow="none",
        input_background_fill="#ffffff",
        input_background_fill_dark="#1a1a1f",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_500",
        input_border_color_focus_dark="*primary_400",
        input_shadow="none",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_700",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        slider_color="*primary_600",
        slider_color_dark="*primary_400",
        form_gap_width="0px",
        layout_gap="16px",
    )


def style() -> str:
    """Return the page's style sheet; the names and animations in it stand outside, where they have to."""
    names, *sheets = (
        (_UI / name).read_text(encoding="utf-8")
        for name in (
            *("look/names.css", "layout/frame.css", "look/style.css", "canvas/canvas.css", "inputs/panel.css"),
            *("history/book.css", "history/history.css", "runs/actions.css", "viewing/viewing.css", "queue/queue.css"),
            *("together/together.css", "together/games/games.css", "look/touch.css"),
        )
    )
    return f"{names}{_ABOVE_GRADIO} {{\n{''.join(sheets)}}}\n"

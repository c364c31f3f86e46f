"""An address as a QR code, for the phone of whoever sits at the same table."""

from markupsafe import Markup

_QUIET = 4
"""Modules of white around it, which readers need (ISO/IEC 18004)."""


def qr_code(address: str) -> Markup:
    """Return the code as SVG, black on white in light and in dark, since not every reader takes it inverted."""
    import segno  # For this alone: it takes a tenth of a second that no start should wait for.

    code = segno.make_qr(address, error="m")
    drawn = code.svg_inline(border=_QUIET, omitsize=True, light="#fff", dark="#000", svgclass=None, lineclass=None)
    return Markup('<div class="qr" role="img" aria-label="The link as a QR code">{}</div>').format(
        Markup(drawn)  # noqa: S704 - of numbers alone: the address is in its squares
    )

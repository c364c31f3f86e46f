"""Texts that are large because pictures stand in them as base64: what is left without these."""

MOST_TEXT = 2**19
"""Bytes of one text; ComfyUI's larger workflows have some hundred kilobytes."""
MOST_RAW = 2**23
"""Bytes of one text with its pictures: nodes may hold some (ComfyUI's `LoadImageBase64` and its kin)."""
_BLOCK = 2048
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"


def without_pictures(data: bytes) -> bytes | None:
    """Return a text of at most `MOST_TEXT` bytes as it is, a larger one without base64, or None if it stays too large.

    Blocks of nothing but base64 are left out, whatever stands around them: a JSON text stays one, and the time that
    this takes grows with the length alone.
    """
    if len(data) <= MOST_TEXT:
        return data
    if len(data) > MOST_RAW:
        return None
    blocks = (data[start : start + _BLOCK] for start in range(0, len(data), _BLOCK))
    left = b"".join(block for block in blocks if len(block) < _BLOCK or block.translate(None, _BASE64))
    return left if len(left) <= MOST_TEXT else None

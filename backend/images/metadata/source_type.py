"""How a picture came to be, as machines read it: IPTC's digital source type in an XMP packet.

The terms are those of http://cv.iptc.org/newscodes/digitalsourcetype/ (definitions of 2024-10-23); the property is
`Iptc4xmpExt:DigitalSourceType` of IPTC's Photo Metadata Standard.
"""

from collections.abc import Callable, Mapping
from typing import Literal

from backend.domain.requests import Mode
from backend.images.metadata.containers import add_jpeg_xmp, add_png_xmp, add_webp_xmp

Term = Literal["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "algorithmicallyEnhanced"]
VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NAMESPACE = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"

TERMS: Mapping[Mode, Term] = {
    "text_to_image": "trainedAlgorithmicMedia",
    "controlnet": "trainedAlgorithmicMedia",
    "image_to_image": "compositeWithTrainedAlgorithmicMedia",
    "inpaint": "compositeWithTrainedAlgorithmicMedia",
    "outpaint": "compositeWithTrainedAlgorithmicMedia",
    "upscale": "algorithmicallyEnhanced",
}
"""What is said of each mode's results: created by a model, or a picture that somebody gave, edited by one.

An enlargement goes on saying what its picture says, see `backend.generation.recorder`; else it is a picture corrected
by an algorithm."""

_PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{namespace}">'
    "<Iptc4xmpExt:DigitalSourceType>{term}</Iptc4xmpExt:DigitalSourceType>"
    '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
_ADD: Mapping[str, Callable[[bytes, bytes], bytes]] = {
    "png": add_png_xmp,
    "jpeg": add_jpeg_xmp,
    "webp": add_webp_xmp,
}


def marked(content: bytes, image_format: str, term: Term | None) -> bytes:
    """Return the file with an XMP packet that holds the term alone; with None as it is. No pixel changes.

    The file must have no packet yet: two contradict one another, and every reader picks its own.
    """
    return _ADD[image_format](content, packet(term)) if term else content


def packet(term: Term) -> bytes:
    """Return the XMP packet (ISO 16684-1) in UTF-8."""
    return _PACKET.format(namespace=NAMESPACE, term=VOCABULARY + term).encode()

"""What stands around all pages of result links: the head, the way to the playground, and the other language."""

from dataclasses import dataclass

from markupsafe import Markup

from ui.endpoints.results.speech import LANGUAGE, Speech

SITE = "Z-Image Playground"
_NO_HEAD = Markup("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the page stands: the playground's own address, the way to it from here, and the style sheet's name."""

    own: str
    home: str
    style: str


def framed(body: Markup, *, place: Place, speech: Speech, title: str, head: Markup = _NO_HEAD) -> str:
    """Return a whole page around its main part."""
    language, name = speech.other
    return str(
        _PAGE.format(
            language=speech.language,
            site=SITE,
            title=title,
            head=head,
            style=place.style,
            home=place.home,
            parameter=LANGUAGE,
            other=language,
            other_name=name,
            body=body,
        )
    )


_PAGE = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>{title} · {site}</title>
{head}<link rel="stylesheet" href="{style}">
</head>
<body>
<header><a class="home" href="{home}" translate="no">{site}</a>
<a class="language" href="?{parameter}={other}" lang="{other}" hreflang="{other}">{other_name}</a></header>
{body}
</body>
</html>
""")

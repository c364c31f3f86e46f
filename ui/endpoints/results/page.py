"""A shared result's page as HTML: the pictures large, what made them, and what a messenger shows beside its link."""

from dataclasses import dataclass

from markupsafe import Markup

from backend.domain.records import RunImage
from backend.images.link_preview import preview_size
from backend.images.metadata.origin import Origin
from backend.library.recipe_links import MOST_CHARACTERS, pack_recipe
from backend.library.result_links import SharedRun
from backend.prompts.final_words import as_they_are
from ui.endpoints.results.facts import Fact, facts_of, mode_of, origin_of, seed_of, size_of
from ui.endpoints.results.frame import SITE, Place, framed
from ui.endpoints.results.speech import Speech
from ui.serving.address import RECIPE, result_address

PREVIEW = "preview.jpg"
_TOO_LONG = "Its settings are too long for a link: download the file and drop it on the playground, which reads them."
_MOST_TITLE, _MOST_ALT = 90, 300
"""Characters: messengers cut a title off behind two or three lines."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the run: what its file says of its origin, or why it can't be shown (in English)."""

    image: RunImage
    origin: Origin | None = None
    lost: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """A shared result and all that its page is written from."""

    token: str
    shared: SharedRun
    label: str
    pictures: tuple[Picture, ...]
    place: Place
    speech: Speech

    def html(self) -> str:
        """Return the whole page."""
        say = self.speech.say
        body = _BODY.format(
            heading=say("A shared result"),
            pictures=Markup("").join(self._picture(each, first=each is self.pictures[0]) for each in self.pictures),
            prompt=self._prompt,
            remix=self._remix(),
            settings=say("Settings"),
            facts=Markup("").join(map(_fact, facts_of(self.shared, self.label, self.speech))),
            origin=say("Origin"),
            origins=Markup("").join(map(_LINE.format, self._origins())),
            inputs=say("Neither who made it nor the pictures that it was made from are shown here."),
        )
        return framed(body, place=self.place, speech=self.speech, title=self._title, head=self._head())

    @property
    def _prompt(self) -> str:
        return str(self.shared.recipe.get("prompt", ""))

    @property
    def _title(self) -> str:
        words = " ".join(self._prompt.split())
        if not words:
            return self.speech.say("A picture without words")
        return words if len(words) <= _MOST_TITLE else f"{words[: _MOST_TITLE - 1].rstrip()}…"

    def _head(self) -> Markup:
        """Return what messengers read: Open Graph (ogp.me) and X's card; a flagged picture has no preview."""
        say, address = self.speech.say, result_address(self.place.own, self.token)
        about = " · ".join([say(mode_of(self.shared)), say(origin_of(self.shared))])
        shown = next((each.image for each in self.pictures if not each.lost and not each.image.flagged), None)
        preview = Markup("")
        if shown:
            width, height = preview_size((shown.width, shown.height))
            preview = _PREVIEW.format(f"{address}/{PREVIEW}", width, height, self._title)
        card = "summary_large_image" if shown else "summary"
        return _HEAD.format(site=SITE, address=address, title=self._title, about=about, card=card, preview=preview)

    def _picture(self, picture: Picture, *, first: bool) -> Markup:
        image, say = picture.image, self.speech.say
        line = f"{seed_of(image, self.speech)} · {size_of(image)}"
        if picture.lost:
            return _LOST.format(say(picture.lost), line)
        address = f"./{self.token}/{image.index}"
        loading = "eager" if first and not image.flagged else "lazy"
        alt = self._prompt[:_MOST_ALT] or say("A picture without words")
        shown = _IMAGE.format(address, alt, image.width, image.height, loading)
        if image.flagged:
            shown = _FLAGGED.format(say("The safety check flagged this picture. Show it all the same"), shown)
        return _FIGURE.format(shown, line, address, say("Download"))

    def _remix(self) -> Markup:
        recipe, say = pack_recipe(as_they_are(self.shared.recipe)), self.speech.say
        if len(recipe) > MOST_CHARACTERS:
            return _LINE.format(
                say("Its settings are too long for a link: drop the downloaded file on the playground.")
            )
        about = say("Opens the playground with these settings in its form. Nothing is drawn or paid before you press.")
        return _REMIX.format(f"{self.place.home}?{RECIPE}={recipe}", say("Remix"), about)

    def _origins(self) -> list[str]:
        """Return in sentences how the pictures came to be, and whether the files say so themselves."""
        say = self.speech.say
        lines = [say("It was %1.", say(origin_of(self.shared)))]
        origin = next((each.origin for each in self.pictures if not each.lost), None)
        if origin and origin.term:
            lines.append(say("Its file says so, too (IPTC: %1).", origin.term))
        if origin and origin.credentials:
            lines.append(say("Its file is signed: it carries Content Credentials (C2PA)."))
        return lines


def sentence_page(sentence: str, *, place: Place, speech: Speech) -> str:
    """Return a page that says a sentence alone, such as why there is nothing to see."""
    body = _SENTENCE.format(speech.say(sentence), place.home, speech.say("To the playground"))
    return framed(body, place=place, speech=speech, title=speech.say("A shared result"))


def _fact(fact: Fact) -> Markup:
    return (_OWN_FACT if fact.own else _FACT).format(fact.title, fact.value)


_HEAD = Markup("""<link rel="canonical" href="{address}">
<meta name="description" content="{about}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="{site}">
<meta property="og:url" content="{address}">
<meta property="og:title" content="{title}">
<meta property="og:description" content="{about}">
<meta name="twitter:card" content="{card}">
{preview}""")
_PREVIEW = Markup("""<meta property="og:image" content="{0}">
<meta property="og:image:type" content="image/jpeg">
<meta property="og:image:width" content="{1}">
<meta property="og:image:height" content="{2}">
<meta property="og:image:alt" content="{3}">
<meta name="twitter:image" content="{0}">
""")
_BODY = Markup("""<main class="result">
<h1>{heading}</h1>
<div class="pictures">{pictures}</div>
<div class="about">
<p class="prompt" translate="no">{prompt}</p>
{remix}
<h2>{settings}</h2>
<dl>{facts}</dl>
<h2>{origin}</h2>
{origins}
<p class="hint">{inputs}</p>
</div>
</main>""")
_SENTENCE = Markup('<main class="sentence"><p>{}</p><p><a class="go" href="{}">{}</a></p></main>')
_FIGURE = Markup('<figure>{}<figcaption><span>{}</span> <a href="{}" download>{}</a></figcaption></figure>')
_IMAGE = Markup('<img src="{}" alt="{}" width="{}" height="{}" loading="{}" decoding="async">')
_FLAGGED = Markup("<details><summary>{}</summary>{}</details>")
_LOST = Markup('<figure><p class="lost">{}</p><figcaption><span>{}</span></figcaption></figure>')
_REMIX = Markup('<p><a class="go" href="{}">{}</a></p><p class="hint">{}</p>')
_FACT = Markup("<div><dt>{}</dt><dd>{}</dd></div>")
_OWN_FACT = Markup('<div><dt>{}</dt><dd translate="no">{}</dd></div>')
_LINE = Markup("<p>{}</p>")

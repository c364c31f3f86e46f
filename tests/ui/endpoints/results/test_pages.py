"""A result link's page: what it shows to people and to messengers, what it keeps for itself, and its end."""

import dataclasses
import io
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.domain.requests import MODE_LABELS, MODES, REQUEST_TYPES, parse_request
from backend.library.recipe_links import unpack
from backend.playground import Playground
from tests.serving import served_site
from tests.ui.endpoints.results.pages import HOME, Head, drawn, flag_all, shared, stranger
from ui.endpoints.results.page import PREVIEW

PICTURE_POLICY = re.compile(r"default-src 'none'.*sandbox")


def recipe_of(head: Head) -> dict[str, Any]:
    """Return the settings with which Remix opens the playground."""
    (link,) = [each for each in head.links if "?recipe=" in each]
    assert link.startswith("../?recipe=")
    return dict(unpack(link.partition("=")[2]).recipe)


def test_it_shows_the_picture_whole_and_its_settings_and_opens_them_in_the_form(playground: Playground) -> None:
    run = drawn(playground, prompt='a <b>boat</b> & "sea"', seed=7, steps=12, negative_prompt="people")
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    answer = browser.get(f"/result/{token}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "a &lt;b&gt;boat&lt;/b&gt; &amp; &#34;sea&#34;" in answer.text
    assert "<b>" not in answer.text
    assert all(
        each in answer.text for each in ("seed 7", "128 × 128", "<dd>12</dd>", "people", "made by generative AI")
    )
    head = Head(answer.text)
    assert head.images == [f"./{token}/0"]
    picture = browser.get(f"/result/{token}/0")
    assert picture.content == playground.files.read(run.images[0].sha256)
    assert picture.headers["content-type"] == "image/png"
    assert "z-image-7-128x128.png" in picture.headers["content-disposition"]
    assert recipe_of(head) == {
        "mode": "text_to_image",
        "prompt": 'a <b>boat</b> & "sea"',
        "seed": 7,
        "steps": 12,
        "negative_prompt": "people",
        "width": 128,
        "height": 128,
    }


def test_words_that_were_drawn_lie_in_remix_as_they_were_drawn(playground: Playground) -> None:
    token = shared(playground, prompt="{{what}} {a|b}")
    answer = stranger(playground).get(f"/result/{token}")
    assert "{{what}} {a|b}" in answer.text
    assert recipe_of(Head(answer.text))["prompt"] == r"\{\{what}} \{a|b}"


@pytest.mark.parametrize(
    ("address", "headers", "own"),
    [
        (HOME, {}, HOME),
        ("http://play.example", {"x-forwarded-proto": "https"}, "https://play.example"),
        ("https://abc.gradio.live", {}, "https://abc.gradio.live"),
    ],
)
def test_a_messenger_finds_a_title_and_a_preview_by_the_address_that_it_was_given(
    playground: Playground, address: str, headers: dict[str, str], own: str
) -> None:
    house = open_to_others(playground)
    token, messenger = shared(house, prompt="a boat " * 60, width=1024, height=512), stranger(house, address, **headers)
    metas = Head(messenger.get(f"/result/{token}").text).metas
    assert metas["og:url"] == f"{own}/result/{token}"
    assert metas["og:image"] == metas["twitter:image"] == f"{own}/result/{token}/{PREVIEW}"
    assert metas["twitter:card"] == "summary_large_image"
    assert (metas["og:title"][:6], metas["og:title"][-1], len(metas["og:title"]) <= 90) == ("a boat", "…", True)
    assert metas["og:description"] == "Text to image · made by generative AI"
    answer = messenger.get(f"/result/{token}/{PREVIEW}")
    assert answer.headers["content-type"] == "image/jpeg"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert [str(side) for side in picture.size] == [metas["og:image:width"], metas["og:image:height"]]


def open_to_others(playground: Playground) -> Playground:
    """Return the same playground as others reach it."""
    public = playground.settings.model_copy(update={"host": "0.0.0.0"})
    return dataclasses.replace(playground, settings=public)


def test_it_tells_nothing_of_who_made_it_nor_what_it_cost_nor_of_what(playground: Playground) -> None:
    options = {"provider": True, "cost_usd": "0.1234567"}
    run = drawn(playground, "ann-the-visitor", options=options)
    token = playground.result_links.share(run.id, "ann-the-visitor")
    browser = stranger(playground)
    said = browser.get(f"/result/{token}")
    told = said.text + str(said.headers) + str(browser.get(f"/result/{token}/{PREVIEW}").headers)
    for secret in ("ann-the-visitor", run.id, "0.123", "fake_id", str(run.images[0].original), "set-cookie"):
        assert secret not in told, secret


def test_nothing_runs_there_and_nothing_comes_from_elsewhere(playground: Playground) -> None:
    token, browser = shared(playground), stranger(playground)
    page = browser.get(f"/result/{token}")
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; img-src 'self'; style-src 'self'; ")
    assert "unsafe" not in policy
    assert "<script" not in page.text
    assert " style=" not in page.text
    for name in ("0", PREVIEW):
        assert PICTURE_POLICY.match(browser.get(f"/result/{token}/{name}").headers["content-security-policy"])
    assert page.headers["x-robots-tag"] == "noindex"
    assert len(page.content) < 6000


def test_what_is_taken_back_is_gone_with_every_byte_of_it(playground: Playground) -> None:
    run = drawn(playground)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    paths = [f"/result/{token}", f"/result/{token}/0", f"/result/{token}/{PREVIEW}"]
    answers = [browser.get(path) for path in paths]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert all("no-cache" in answer.headers["cache-control"] for answer in answers)
    playground.result_links.revoke(run.id, "ann")
    for path, before in zip(paths, answers, strict=True):
        known = {"if-none-match": before.headers.get("etag", '"x"')}
        for answer in (browser.get(path), browser.get(path, headers=known)):
            assert answer.status_code == 404
            assert "shows nothing any more" in answer.text
            assert "a boat" not in answer.text


def test_who_has_a_picture_already_is_sent_none_while_the_link_holds(playground: Playground) -> None:
    token, browser = shared(playground), stranger(playground)
    for name in ("0", PREVIEW):
        etag = browser.get(f"/result/{token}/{name}").headers["etag"]
        again = browser.get(f"/result/{token}/{name}", headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")


def test_a_run_in_the_trash_is_gone_from_its_link_and_back_with_it(playground: Playground) -> None:
    run = drawn(playground)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    playground.history.delete("ann", [run.id])
    assert browser.get(f"/result/{token}/0").status_code == 404
    playground.history.restore("ann", [run.id])
    assert browser.get(f"/result/{token}/0").status_code == 200


@pytest.mark.parametrize("rest", ["x" * 22, "x", "%20", "é", "x" * 3000, "a/b/c", "%2e%2e/%2e%2e/etc/passwd", ""])
def test_a_garbled_address_is_a_sentence_and_a_way_to_the_playground(playground: Playground, rest: str) -> None:
    shared(playground)
    answer = stranger(playground).get(f"/result/{rest}")
    assert answer.status_code == 404
    assert "To the playground" in answer.text
    assert answer.text.count("<p>") == 2


@pytest.mark.parametrize("name", ["1", "99", "-1", "preview.png", "0.png"])
def test_a_result_has_its_own_pictures_and_no_others(playground: Playground, name: str) -> None:
    assert stranger(playground).get(f"/result/{shared(playground)}/{name}").status_code == 404


def test_a_flagged_picture_has_no_preview_and_opens_by_a_press(playground: Playground) -> None:
    run = drawn(playground)
    flag_all(playground, run)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    page = browser.get(f"/result/{token}").text
    metas = Head(page).metas
    assert not any("image" in name for name in metas if name != "twitter:card")
    assert metas["twitter:card"] == "summary"
    assert browser.get(f"/result/{token}/{PREVIEW}").status_code == 404
    assert re.search(r"<details><summary>The safety check flagged this picture.*?<img [^>]*lazy", page)


def test_of_several_pictures_each_is_shown_with_its_seed(playground: Playground) -> None:
    run = drawn(playground, count=3, seed=5)
    token = playground.result_links.share(run.id, "ann")
    page = stranger(playground).get(f"/result/{token}").text
    assert Head(page).images == [f"./{token}/{index}" for index in range(3)]
    assert [f"seed {seed} ·" in page for seed in (5, 6, 7)] == [True, True, True]


def test_the_first_picture_that_is_not_flagged_is_the_preview(playground: Playground) -> None:
    run = drawn(playground, count=2, width=128, height=256)
    flag_all(playground, run, but=1)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    assert browser.get(f"/result/{token}/{PREVIEW}").headers["etag"] == f'"preview-{run.images[1].sha256}"'
    assert Head(browser.get(f"/result/{token}").text).metas["og:image"].endswith(PREVIEW)
    assert browser.head(f"/result/{token}").status_code == 200


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_has_a_page(playground: Playground, mode: str) -> None:
    source = drawn(playground).images[0].sha256
    more = {"image": source, "mask": source, "right": 16, "mode": mode}
    fields = REQUEST_TYPES[mode].model_fields  # type: ignore[index]
    asked = {name: value for name, value in more.items() if name in fields}
    left_out = {name: None for name in ("width", "height") if name not in fields or mode == "outpaint"}
    token = shared(playground, **asked, **left_out)
    page = stranger(playground).get(f"/result/{token}")
    assert page.status_code == 200
    assert MODE_LABELS[mode] in page.text  # type: ignore[index]
    assert source not in page.text


def test_a_picture_of_a_picture_says_so_and_shows_none_of_it(playground: Playground) -> None:
    source = drawn(playground).images[0].sha256
    asked = {"mode": "image_to_image", "image": source}
    token = shared(playground, **asked)
    page = stranger(playground).get(f"/result/{token}").text
    assert "edited by generative AI" in page
    assert source not in page
    assert "image" not in parse_request({**recipe_of(Head(page)), "image": source}).model_dump(exclude={"image"})


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("", "de, en;q=0.5, zh;q=0.4", "en"),
        ("", "fr;q=1, zh-TW;q=0.3", "zh-Hans"),
        ("", "zh" * 9000 + ";q=9", "en"),
        ("?language=en", "zh", "en"),
        ("?language=zh-Hans", "en", "zh-Hans"),
        ("?language=xx", "zh", "zh-Hans"),
    ],
)
def test_it_speaks_the_language_that_is_asked_for(
    playground: Playground, query: str, header: str, language: str
) -> None:
    answer = stranger(playground).get(f"/result/{shared(playground)}{query}", headers={"accept-language": header})
    assert f'<html lang="{language}">' in answer.text
    assert answer.headers["vary"] == "Accept-Language"


def test_all_of_it_is_said_in_chinese(playground: Playground) -> None:
    told = {"steps": 9, "safety": True, "loras": [{"model": "a/b", "weight": 0.5}], "scheduler": "Euler"}
    run = drawn(playground, prompt="a boat", **told)
    flag_all(playground, run)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    for path in (f"/result/{token}", "/result/none", f"/result/{token}/7"):
        page = browser.get(path, headers={"accept-language": "zh"}).text
        page = re.sub(
            r"<style.*?</style>|<head>.*?</head>|<(\w+) [^>]*(translate=\"no\"|hreflang)[^>]*>.*?</\1>",
            "",
            page,
            flags=re.DOTALL,
        )
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"<[^>]+>", " ", page))
        assert set(words) <= {"IPTC", "trainedAlgorithmicMedia", "LoRA"}


def test_an_address_of_before_leads_to_the_page(playground: Playground) -> None:
    token, browser = shared(playground), stranger(playground)
    answer = browser.get(f"/?result={token}")
    assert (answer.status_code, answer.headers["location"]) == (308, f"./result/{token}")
    assert browser.get("/?result=..%2F..%2Fevil%2F%2F%00").headers["location"] == "./result/evil"
    assert browser.get("/?result=%2F%2F").headers["location"] == "./result/none"
    for passed in ("/", "/?result=", "/?room=x"):
        assert browser.get(passed).text == "the playground"


def test_behind_the_owners_login_a_stranger_is_asked_to_sign_in(tmp_path: Path) -> None:
    with served_site(tmp_path, PLAYGROUND_AUTH="me:secret") as site, httpx.Client(base_url=site.address) as browser:
        token = shared(site.playground)
        paths = [f"/result/{token}", f"/result/{token}/0", f"/result/{token}/{PREVIEW}"]
        for path in paths:
            answer = browser.get(path)
            assert (answer.status_code, "sign in" in answer.text, "a boat" in answer.text) == (401, True, False)
        browser.post("/login", data={"username": "me", "password": "secret"}).raise_for_status()
        assert [browser.get(path).status_code for path in paths] == [200, 200, 200]


def test_its_style_is_kept_by_browsers_under_a_name_of_its_content(playground: Playground) -> None:
    token, browser = shared(playground), stranger(playground)
    name = re.search(r'rel="stylesheet" href="\.\./(result/look\.css\?\w+)"', browser.get(f"/result/{token}").text)
    assert name
    answer = browser.get(f"/{name[1]}")
    assert (answer.headers["content-type"], "immutable" in answer.headers["cache-control"]) == (
        "text/css; charset=utf-8",
        True,
    )


def test_a_page_that_is_asked_for_again_reads_no_file_again(playground: Playground) -> None:
    run = drawn(playground)
    token, browser = playground.result_links.share(run.id, "ann"), stranger(playground)
    path = playground.files.path(run.images[0].sha256)
    first = browser.get(f"/result/{token}").text
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"?")  # As long as before: what is read again is found to be damaged.
    assert browser.get(f"/result/{token}").text == first
    path.write_bytes(content[:-1])
    assert "Its file is damaged" in browser.get(f"/result/{token}").text
    path.unlink()
    assert "Its file is gone" in browser.get(f"/result/{token}").text


def test_previews_in_memory_have_an_end(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.endpoints.results import routes

    monkeypatch.setattr(routes, "MOST_PREVIEWS", 2)
    pages = routes.ResultPages(playground)
    for seed in range(4):
        pages._preview(drawn(playground, seed=seed).images[0].sha256)
    assert len(pages.previews) == 2

from pydantic import SecretStr

from backend.domain.exchanges import HIDDEN, MOST_NOTED, fit_to_show, note, noting

KEY = SecretStr("sk-canary-123")


def noted(**changes: object) -> dict[str, object]:
    values = {"method": "POST", "url": "https://x.example/v1", "scheme": "Bearer", "sent": {"a": 1}, "status": 200}
    return values | {"received": b'{"b": 2}', "key": KEY, "pays": True} | changes


def test_nothing_is_noted_unless_somebody_asks() -> None:
    note(**noted())  # type: ignore[arg-type]
    with noting() as notes:
        note(**noted())  # type: ignore[arg-type]
    note(**noted())  # type: ignore[arg-type]
    assert [(one.sent, one.received, one.status) for one in notes] == [({"a": 1}, {"b": 2}, 200)]


def test_the_key_is_nowhere() -> None:
    with noting() as notes:
        sent, received = {"note": ["my sk-canary-123"]}, b'{"error": "the key sk-canary-123 is wrong"}'
        note(**noted(sent=sent, received=received))  # type: ignore[arg-type]
    assert "canary" not in repr(notes)
    assert HIDDEN in repr(notes)


def test_images_are_named_not_shown_and_the_same_one_has_one_number() -> None:
    image = "data:image/png;base64," + "A" * 4000
    shown = fit_to_show({"seed": image, "guide": [image, image + "A"]})
    assert shown == {
        "seed": "data:image/png;base64,<image 1, 3000 bytes>",
        "guide": ["data:image/png;base64,<image 1, 3000 bytes>", "data:image/png;base64,<image 2, 3000 bytes>"],
    }


def test_signed_addresses_lose_their_signature_and_long_texts_their_middle() -> None:
    assert fit_to_show("https://s3.example/a.png?X-Sig=secret&b=1") == "https://s3.example/a.png?…"
    assert fit_to_show("A" * 9000) == "A" * 64 + "… (9000 characters)"


def test_a_visitors_words_stay_as_they_are_but_for_a_key_and_their_length() -> None:
    words = "a poster of https://x.example/?a=b, data:image/png;base64," + "A" * 300
    task = {"positivePrompt": words, "negative_prompt": "sk-canary-123 rain", "prompt": "A" * 9000}
    assert fit_to_show([task], KEY) == [
        {"positivePrompt": words, "negative_prompt": f"{HIDDEN} rain", "prompt": "A" * 64 + "… (9000 characters)"}
    ]


def test_files_are_not_noted_and_there_is_an_end() -> None:
    with noting() as notes:
        note(**noted(sent=None, received=b"\x89PNG"))  # type: ignore[arg-type]
        for number in range(MOST_NOTED + 9):
            note(**noted(sent={"n": number}))  # type: ignore[arg-type]
    assert len(notes) == MOST_NOTED
    assert notes[-1].sent == {"n": MOST_NOTED + 8}

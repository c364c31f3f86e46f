"""The helper asks a real server on loopback: good ones, and those that are down, slow, or say something else."""

import json
import logging
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.domain.caller import Caller, Press
from backend.domain.errors import (
    BadReply,
    InvalidRequest,
    NotAllowed,
    NotReady,
    OverBudget,
    PlaygroundError,
    ProviderTimeout,
    ProviderUnreachable,
    TooManyRequests,
)
from backend.money.ledger import Budget
from backend.prompt_helper import asking, client
from backend.prompt_helper.asking import Found, PromptHelper, language_for
from backend.prompt_helper.suggestion import Suggestion
from backend.record.database.engine import open_database
from backend.settings import Settings
from backend.visitors.rates import Rate, Rates
from tests.backend.prompt_helper.chat_server import BETTER, ChatServer, chat, chat_server

KEY = "sk-secret-of-the-helper"
ANNA = Caller("anna")
MOST_SECONDS = 60


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as desk:
        yield desk


class Desk:
    """A helper with its ledger."""

    def __init__(self, folder: Path, **given: Any) -> None:
        self.engine = open_database(folder)
        self.settings = Settings(_env_file=None, PLAYGROUND_DATA=folder, **given)
        self.budget = Budget(self.engine, self.settings.caps)
        self.helper = PromptHelper(self.settings, self.budget, Rates(), Found())

    def enhance(self, prompt: str = "a red fox", caller: Caller = ANNA) -> Suggestion:
        return last(self.helper.enhance(caller, prompt))

    def spent(self) -> list[tuple[str, Decimal, Decimal | None]]:
        with self.engine.connect() as connection:
            rows = connection.exec_driver_sql("select run_id from ledger").all()
        return [entry for row in rows if (entry := self.budget.entry(row[0]))]


def last(steps: Iterator[Any]) -> Any:
    return [step for step in steps if step is not None][-1]


@pytest.fixture
def desk(tmp_path: Path, server: ChatServer) -> Iterator[Desk]:
    made = Desk(tmp_path, PLAYGROUND_LLM_BASE_URL=server.address, PLAYGROUND_LLM_MODEL="words")
    yield made
    made.engine.dispose()


@pytest.fixture
def priced(tmp_path: Path, server: ChatServer) -> Iterator[Desk]:
    made = Desk(
        tmp_path / "priced",
        PLAYGROUND_LLM_BASE_URL=server.address,
        PLAYGROUND_LLM_API_KEY=KEY,
        PLAYGROUND_LLM_USD_PER_MILLION="1,2",
        GRADIO_SHARE=True,
    )
    yield made
    made.engine.dispose()


def test_a_better_wording_comes_beside_the_old_one(desk: Desk, server: ChatServer) -> None:
    found = desk.enhance("a red fox")
    assert (found.text, found.before, found.model) == (BETTER, "a red fox", "words")
    assert found.host == f"127.0.0.1:{server.port}"
    assert found.cost.kind == "free", "a server on this machine that wants no key"
    ((path, body, _),) = server.asked
    assert path == "/v1/chat/completions"
    assert body["messages"][1] == {"role": "user", "content": "a red fox"}
    assert body["messages"][0]["content"].startswith("You rewrite")


def test_a_chinese_prompt_is_told_in_chinese_and_an_answer_in_another_script_says_so(
    desk: Desk, server: ChatServer
) -> None:
    found = desk.enhance("雪地里的红狐狸 “OPEN”")
    assert server.asked[0][1]["messages"][0]["content"].startswith("你为")
    assert found.other_language
    assert found.put_back == ("“OPEN”",)
    server.body = chat("雪地里的红狐狸，写着“OPEN”，清晨的光。")
    assert not desk.enhance("雪地里的红狐狸 “OPEN”").other_language


def test_a_picture_is_described_and_travels_inside_the_question(desk: Desk, server: ChatServer) -> None:
    found = last(desk.helper.describe(ANNA, lambda: b"\xff\xd8jpeg", language_for("", "zh-CN,zh;q=0.9")))
    assert (found.text, found.before) == (BETTER, "")
    (part,) = server.asked[0][1]["messages"][1]["content"]
    assert part["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert server.asked[0][1]["messages"][0]["content"].startswith("把这张图片")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>Welcome</html>", "no JSON"),
        (b"[1, 2]", "no JSON"),
        (b"{}", "no words"),
        (b'{"choices": []}', "no words"),
        (b'{"choices": ["words"]}', "no words"),
        (b'{"choices": [{"message": {"content": null}}]}', "no words"),
        (chat("<think>and so on</think>"), "no words"),
        (chat("x" * 4000), "4000 characters"),
        (b" " * 2**20, "more than 256 kB"),
        (b'{"choices": ' + b"[" * 50_000, "no JSON"),
    ],
)
def test_an_answer_that_lies_about_its_form_is_a_sentence(
    desk: Desk, server: ChatServer, body: bytes, said: str
) -> None:
    server.body = body
    with pytest.raises(BadReply, match=said):
        desk.enhance()


def test_an_answer_in_parts_is_put_together_and_one_that_was_cut_says_so(desk: Desk, server: ChatServer) -> None:
    answer = json.loads(chat([{"type": "text", "text": "A red "}, {"type": "text", "text": "fox"}]))
    answer["choices"][0]["finish_reason"] = "length"
    server.body = json.dumps(answer).encode()
    found = desk.enhance()
    assert (found.text, found.cut) == ("A red fox", True)


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_a_refusal_is_a_sentence_and_a_redirect_is_never_followed(
    priced: Desk, server: ChatServer, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.status, server.body = status, b"no " + KEY.encode()
    with chat_server() as elsewhere:
        server.headers = {"Location": elsewhere.address}
        with pytest.raises(PlaygroundError, match=f"status {status}") as raised:
            priced.enhance()
        assert elsewhere.asked == []
    assert len(server.asked) == 1
    assert server.asked[0][2]["authorization"] == f"Bearer {KEY}"
    assert KEY not in f"{raised.value!r} {raised.value.__dict__} {caplog.text} {priced.helper!r}"
    (entry,) = priced.spent()
    assert entry[0] == ("held" if status == 500 else "released")


def test_a_server_that_is_down_is_a_sentence(tmp_path: Path) -> None:
    with chat_server() as gone:
        address = gone.address
    made = Desk(tmp_path, PLAYGROUND_LLM_BASE_URL=address)
    with pytest.raises(ProviderUnreachable, match="can't be reached"):
        made.enhance()
    made.engine.dispose()


def test_a_slow_server_ends_at_the_time_out_with_its_connection(
    priced: Desk, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.SECONDS == 30
    monkeypatch.setattr(client.call, "__kwdefaults__", {"seconds": 3.0})
    server.wait = threading.Event()
    with pytest.raises(ProviderTimeout, match="no answer within"):
        priced.enhance()
    assert server.left.wait(MOST_SECONDS) or not server.came.is_set()
    (entry,) = priced.spent()
    assert entry[0] == "held", "nobody knows what was billed"


def test_stop_ends_the_question_with_its_connection(desk: Desk, server: ChatServer) -> None:
    server.wait = threading.Event()
    press = Press("anna", "page", part="prompt helper")
    steps = desk.helper.enhance(Caller("anna", press=press), "a red fox")
    assert next(steps) is None
    assert server.came.wait(MOST_SECONDS)
    press.stop()
    assert [step for step in steps if step is not None] == []
    assert server.left.wait(MOST_SECONDS)


def test_leaving_ends_the_question_too(desk: Desk, server: ChatServer) -> None:
    server.wait = threading.Event()
    steps = desk.helper.enhance(ANNA, "a red fox")
    assert next(steps) is None
    assert server.came.wait(MOST_SECONDS)
    steps.close()  # type: ignore[attr-defined]
    assert server.left.wait(MOST_SECONDS)


@pytest.mark.parametrize(
    ("body", "kind", "usd"),
    [
        (chat(BETTER, usage={"prompt_tokens": 100, "completion_tokens": 50}), "estimated", Decimal("0.0002")),
        (
            chat(BETTER, usage={"prompt_tokens": 100, "completion_tokens": 50, "cost": 0.0007}),
            "billed",
            Decimal("0.0007"),
        ),
        (chat(BETTER), "unknown", None),
        (chat(BETTER, usage={"prompt_tokens": "many"}), "unknown", None),
        (chat(BETTER, usage={"cost": 0}), "unknown", None),
    ],
)
def test_the_cost_is_what_the_server_tells_and_unknown_is_never_nothing(
    priced: Desk, server: ChatServer, body: bytes, kind: str, usd: Decimal | None
) -> None:
    server.body = body
    cost = priced.enhance().cost
    assert (cost.kind, cost.usd) == (kind, usd)
    ((state, reserved, settled),) = priced.spent()
    assert (state, settled) == (("held", None) if usd is None else ("settled", usd))
    assert reserved > (usd or 0)


def test_the_visitors_cap_and_rate_hold(
    priced: Desk, server: ChatServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "RATE", Rate(asking.RATE.most, seconds=36_000))  # however slow the machine is
    capped = Desk(
        tmp_path / "capped",
        PLAYGROUND_LLM_BASE_URL=server.address,
        PLAYGROUND_LLM_USD_PER_MILLION="100",
        PLAYGROUND_VISITOR_CAP_USD="0.1",
    )
    with pytest.raises(OverBudget, match=r"\$0.10"):
        capped.enhance()
    capped.engine.dispose()
    unpriced = Desk(
        tmp_path / "unpriced", PLAYGROUND_LLM_BASE_URL=server.address, PLAYGROUND_LLM_API_KEY=KEY, GRADIO_SHARE=True
    )
    with pytest.raises(OverBudget, match="PLAYGROUND_LLM_USD_PER_MILLION"):
        unpriced.enhance()
    unpriced.engine.dispose()
    assert server.asked == []
    for _ in range(int(asking.RATE.most)):
        priced.enhance()
    with pytest.raises(TooManyRequests, match="prompt helper"):
        priced.enhance()
    assert priced.enhance(caller=Caller("berta")).text == BETTER


def test_a_key_never_travels_in_the_clear(tmp_path: Path) -> None:
    made = Desk(tmp_path, PLAYGROUND_LLM_BASE_URL="http://chat.example.org/v1", PLAYGROUND_LLM_API_KEY=KEY)
    with pytest.raises(NotReady, match="in the clear"):
        made.enhance()
    made.engine.dispose()


def test_runwares_own_address_takes_runwares_key_and_no_other_address_does(tmp_path: Path) -> None:
    own = {"RUNWARE_API_KEY": "runware-key", "PLAYGROUND_DATA": tmp_path}
    for address, key in (
        ("https://api.runware.ai/v1", "runware-key"),
        ("https://api.runware.ai.evil.example/v1", None),
    ):
        server = PromptHelper(
            Settings(_env_file=None, PLAYGROUND_LLM_BASE_URL=address, **own),
            Budget(None),
            Rates(),
            Found(),  # type: ignore[arg-type]
        ).server
        assert server is not None
        assert (server.key and server.key.get_secret_value()) == key


def test_a_prompt_that_is_none_asks_nobody(desk: Desk, server: ChatServer) -> None:
    for prompt, why in (("  ", "empty"), ("a \ud800", "half a sign"), ("x" * 3001, "3001 characters")):
        with pytest.raises(InvalidRequest, match=why):
            desk.enhance(prompt)
    assert server.asked == []


def test_the_owner_finds_a_server_with_one_question_to_each_port(
    tmp_path: Path, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Desk(tmp_path, PLAYGROUND_LLM_MODEL="second")
    with chat_server() as other:
        monkeypatch.setattr(asking, "PORTS", {"Ollama": other.port, "llama.cpp": server.port})
        other.body, server.body = b"<html>", json.dumps({"data": [{"id": "first"}, {"id": "second"}]}).encode()
        found = last(made.helper.look())
        assert [path for path, *_ in (*other.asked, *server.asked)] == ["/v1/models"] * 2
    assert (found.base_url, found.model) == (server.address, "second")
    server.body = chat(BETTER)
    assert made.enhance().text == BETTER
    made.engine.dispose()


def test_nobody_looks_on_a_public_page_and_nothing_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chat_server() as gone:
        monkeypatch.setattr(asking, "PORTS", {"Ollama": gone.port})
        public = Desk(tmp_path / "public", GRADIO_SHARE=True)
        with pytest.raises(NotAllowed):
            last(public.helper.look())
        assert gone.asked == []
    alone = Desk(tmp_path / "alone")
    with pytest.raises(NotReady, match="PLAYGROUND_LLM_BASE_URL"):
        last(alone.helper.look())
    for each in (public, alone):
        each.engine.dispose()


def test_a_model_that_calls_its_limit_otherwise_is_asked_once_more(desk: Desk, server: ChatServer) -> None:
    server.status, server.body = 400, b"Unsupported parameter: use 'max_completion_tokens' instead."
    with pytest.raises(PlaygroundError, match="status 400"):
        desk.enhance()
    assert ["max_tokens" in body for _, body, _ in server.asked] == [True, False]

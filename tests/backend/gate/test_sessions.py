from backend.gate.sessions import MOST_SESSIONS, Sessions, sessions_in_address, sessions_in_body


def test_a_session_belongs_to_the_first_visitor_who_used_it() -> None:
    sessions = Sessions()
    assert sessions.admits("page", "ann")
    assert sessions.admits("page", "ann")
    assert not sessions.admits("page", "bob")
    assert not sessions.admits("page", None)


def test_a_guests_session_is_open_until_a_visitor_has_it() -> None:
    sessions = Sessions()
    assert sessions.admits("page", None)
    assert sessions.admits("page", None)
    assert sessions.admits("page", "ann")
    assert not sessions.admits("page", None)


def test_memory_is_bounded_and_used_sessions_stay() -> None:
    sessions = Sessions()
    sessions.admits("kept", "ann")
    for number in range(MOST_SESSIONS):
        sessions.admits(str(number), "bob")
        if number % 1000 == 0:
            sessions.admits("kept", "ann")
    assert not sessions.admits("kept", "bob")
    assert sessions.admits("0", "ann")


def test_sessions_are_found_wherever_gradio_reads_them() -> None:
    assert sessions_in_address("/gradio_api/queue/data", b"session_hash=a%2Fb&x=1&session_hash=c") == {"a/b", "c"}
    assert sessions_in_address("/gradio_api/heartbeat/abc", b"") == {"abc"}
    assert sessions_in_address("/", b"") == set()
    assert sessions_in_body(b'{"\\u0073ession_hash": "a"}') == {"a"}
    assert sessions_in_body(b'{"session_hash": "a", "session_hash": "b"}') == {"b"}

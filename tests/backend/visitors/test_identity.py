from backend.visitors.identity import COOKIE, cookie, is_token, login_id, new_token, visitor_id


def test_every_token_is_new_and_has_its_form() -> None:
    tokens = {new_token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(is_token(token) for token in tokens)


def test_what_is_no_token_is_not_taken_for_one() -> None:
    for text in (None, "", "0" * 31, "0" * 33, "G" * 32, "0" * 32 + "\n", "../" + "0" * 29):
        assert not is_token(text)


def test_the_id_on_record_is_stable_and_never_the_token() -> None:
    token = new_token()
    assert visitor_id(token) == visitor_id(token)
    assert token not in visitor_id(token)
    assert len(visitor_id(token)) == 32


def test_a_login_is_the_same_visitor_everywhere_and_never_a_cookies() -> None:
    assert login_id("42") == login_id("42") != login_id("43")
    assert login_id("42") != visitor_id("42")


def test_scripts_never_see_the_cookie() -> None:
    line = cookie("0" * 32, secure=False, framed=False)
    assert line.startswith(f"{COOKIE}={'0' * 32}; Path=/;")
    assert "HttpOnly" in line
    assert "SameSite=Lax" in line
    assert "Secure" not in line


def test_in_a_spaces_frame_the_cookie_is_partitioned_and_over_https_secure() -> None:
    assert "SameSite=None; Secure; Partitioned" in cookie("0" * 32, secure=True, framed=True)
    assert cookie("0" * 32, secure=True, framed=False).endswith("SameSite=Lax; Secure")

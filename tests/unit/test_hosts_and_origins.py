"""Which names are the server's own, and which origins `--cors` lets in."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbridge.server.exposure import ExposureError, exposure
from tollbridge.server.hosts import Hosts, host_name, host_pattern, is_loopback
from tollbridge.server.origins import is_local, origin_pattern

LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
NAME = st.lists(LABEL, min_size=1, max_size=4).map(".".join)


@pytest.mark.parametrize(
    ("authority", "name"),
    [
        ("localhost:8080", "localhost"),
        ("LocalHost", "localhost"),
        ("[::1]:80", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("a.example:65535", "a.example"),
        ("", None),
        (":80", None),
        ("a b", None),
        ("user@localhost", None),
        ("localhost/", None),
        ("localhost:80:80", None),
        ("localhost:x", None),
        ("[::1", None),
    ],
)
def test_the_name_in_a_host_header(authority: str, name: str | None) -> None:
    """A name or an address with or without a port, in any case; anything else has none."""
    assert host_name(authority) == name


@pytest.mark.parametrize("name", ["localhost", "a.localhost", "127.0.0.1", "127.255.1.2", "::1"])
def test_a_loopback_name(name: str) -> None:
    """What can only mean the machine that asks."""
    assert is_loopback(name)


@pytest.mark.parametrize(
    "name", ["localhost.", "xlocalhost", "127.0.0.1.nip.io", "128.0.0.1", "0.0.0.0", "::", "2130706433"]
)
def test_not_a_loopback_name(name: str) -> None:
    """What only resembles one, and what a resolver decides on."""
    assert not is_loopback(name)


@given(NAME, NAME)
def test_a_pattern_lets_in_what_is_below_it_and_nothing_else(below: str, name: str) -> None:
    """`*.x` matches every name below x, neither x itself nor a name that only ends like it; a name matches itself."""
    pattern = host_pattern(f"*.{name}")
    assert pattern.fullmatch(f"{below}.{name}")
    assert not pattern.fullmatch(name)
    assert not pattern.fullmatch(f"{below}{name}")
    assert not pattern.fullmatch(f"{below}.{name}.evil")
    assert host_pattern(name).fullmatch(name)
    assert bool(host_pattern(name).fullmatch(below)) == (below == name)
    assert host_pattern("*").fullmatch(name)


@given(NAME)
def test_a_name_that_nobody_allowed_is_not_let_in(name: str) -> None:
    """Without options only loopback names and what the server listens on are let in."""
    hosts = Hosts(frozenset({"bound.example"}))
    assert hosts.allow(name, "192.0.2.1") == is_loopback(name)
    assert hosts.allow("bound.example", "")
    assert hosts.allow("192.0.2.1", "192.0.2.1")


@pytest.mark.parametrize("text", ["", "a:80", "http://a", "a/b", "*.*", "a.*", "*a", "**", "a b", "ä.example"])
def test_what_is_not_a_host_is_refused(text: str) -> None:
    """`--allow-host` says what it takes."""
    with pytest.raises(ValueError, match="is not a host"):
        host_pattern(text)


@pytest.mark.parametrize(
    ("text", "origin", "let_in"),
    [
        ("https://app.example.test", "https://app.example.test", True),
        ("https://app.example.test", "https://app.example.test:8443", False),
        ("https://app.example.test", "http://app.example.test", False),
        ("https://app.example.test", "https://appxexample.test", False),
        ("https://app.example.test", "https://app.example.test.evil", False),
        ("HTTPS://App.Example.Test", "https://app.example.test", True),
        ("https://*.example.test", "https://a.example.test", True),
        ("https://*.example.test", "https://a.b.example.test", True),
        ("https://*.example.test", "https://example.test", False),
        ("https://*.example.test", "https://evil.test/.example.test", False),
        ("https://*.example.test", "https://a@b.example.test", False),
        ("http://192.168.1.5:*", "http://192.168.1.5:5173", True),
        ("http://192.168.1.5:*", "http://192.168.1.5", True),
        ("http://192.168.1.5:*", "http://192.168.1.55", False),
        ("http://[fd00::2]:5173", "http://[fd00::2]:5173", True),
        ("capacitor://localhost", "capacitor://localhost", True),
        ("app://-", "app://-", True),
        ("null", "null", True),
        ("null", "nullx", False),
        ("*", "https://anything.example", True),
        ("*", "null", True),
    ],
)
def test_an_origin_pattern(text: str, origin: str, let_in: bool) -> None:
    """A star stands for names below another, and for ports; all else is exact."""
    assert bool(origin_pattern(text).fullmatch(origin)) == let_in


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.test",
        "https://",
        "https://a/",
        "https://a/b",
        "https://a?b",
        "https://*",
        "https://a.*.b",
        "https://u@a",
    ],
)
def test_what_is_not_an_origin_is_refused(text: str) -> None:
    """`--cors` says what it takes."""
    with pytest.raises(ValueError, match="is not an origin"):
        origin_pattern(text)


@given(st.sampled_from(["http", "https"]), NAME, st.integers(0, 65535))
def test_only_loopback_origins_are_local(scheme: str, name: str, port: int) -> None:
    """A page of this machine has a loopback name, with any port."""
    assert is_local(f"{scheme}://{name}:{port}") == is_loopback(name)
    assert is_local(f"{scheme}://localhost:{port}")
    assert not is_local(f"ftp://localhost:{port}")
    assert not is_local("null")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"cors": ["*"], "cors_credentials": True}, "every page"),
        ({"cors": ["example.test"]}, "is not an origin"),
        ({"allow_host": ["a:80"]}, "is not a host"),
        ({"control_token": "a b"}, "without spaces"),
        ({"control_token": "ä"}, "of ASCII"),
        ({"control_token": "a\r\nb"}, "without spaces"),
    ],
)
def test_what_cannot_be_followed_is_a_sentence(options: dict[str, object], told: str) -> None:
    """Each option says what was wrong with it, and never repeats a token."""
    with pytest.raises(ExposureError, match=told) as refused:
        exposure("localhost", [], **options)  # type: ignore[arg-type]
    assert "a b" not in str(refused.value)


def test_an_empty_control_token_is_none() -> None:
    """A variable that is set to nothing is not a token that nothing matches."""
    assert exposure("localhost", [], control_token="").control_token is None

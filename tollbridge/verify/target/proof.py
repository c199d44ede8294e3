"""What a call proves itself by, where the contract has security schemes of its own: the account's token, in their form.

A contract says where a key or a password goes, and not which one is good: that the world says, as it does of tokens.
"""

from base64 import b64encode
from urllib.parse import urlencode

from tollbridge.contract import Scheme
from tollbridge.verify.model.evidence import NO_TOKEN_OF_ANYBODY
from tollbridge.verify.model.steps import Call, Headers
from tollbridge.verify.model.tokens import Tokens


def headers_of(call: Call, tokens: Tokens) -> Headers:
    """Return the headers that a call proves itself by."""
    token = _token(call, tokens)
    found = [(one.name, _spelt(one, token)) for one in call.security if one.location == "header"]
    cookies = "; ".join(f"{one.name}={token}" for one in call.security if one.location == "cookie")
    return (*found, *((("Cookie", cookies),) if cookies else ()))


def target_of(call: Call, tokens: Tokens) -> str:
    """Return the request target of a call, with what it proves itself by where that stands in the query."""
    keys = [(one.name, _token(call, tokens)) for one in call.security if one.location == "query"]
    sign = "&" if "?" in call.target else "?"
    return f"{call.target}{sign}{urlencode(keys)}" if keys else call.target


def _token(call: Call, tokens: Tokens) -> str:
    """Return the account's token; where none is known one that nobody issued, as a mock takes any."""
    return tokens.good.get(call.account or 0, NO_TOKEN_OF_ANYBODY)


def _spelt(scheme: Scheme, token: str) -> str:
    if scheme.kind == "basic":
        return f"Basic {b64encode((token if ':' in token else f'{token}:').encode()).decode()}"
    return token if scheme.kind == "apiKey" else f"Bearer {token}"

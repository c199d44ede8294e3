"""Forged tokens, made of good ones."""

from tollbridge.verify.model.minted_tokens import read_part, written_part
from tollbridge.verify.model.steps import ALTERED, TAMPERED, UNSIGNED


def forged(token: str, how: str, somebody: str | None) -> str:
    """Return a forged token.

    Args:
        token: a good one; of a JSON Web Token the parts are forged, of any other its end.
        how: `unsigned`, `tampered` or `altered`.
        somebody: the good token of another account; None where there is none.
    """
    head, _, signature = token.rpartition(".")
    parts = head.split(".")
    if len(parts) != 2 or not all(isinstance(read_part(part), dict) for part in parts):
        return f"{token[:-1]}{'A' if token[-1] != 'A' else 'B'}"
    if how == UNSIGNED:
        return f"{written_part(read_part(parts[0]) | {'alg': 'none'})}.{parts[1]}."
    if how == ALTERED and somebody:
        others = read_part(somebody.split(".")[1]) if somebody.count(".") == 2 else {}
        claims = read_part(parts[1]) | (others if isinstance(others, dict) else {})
        return f"{parts[0]}.{written_part(claims)}.{signature}"
    # The first letter: the last one's bits may be of no account.
    return f"{head}.{'A' if signature[:1] != 'A' else 'B'}{signature[1:]}"


FORGED = (UNSIGNED, TAMPERED, ALTERED)

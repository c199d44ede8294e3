"""Amounts and currencies."""

from typing import Any

from mutants.patch import body_schema, branches, creating, mutant, reading

ZERO_DECIMAL = ("jpy", "krw", "vnd", "clp", "isk")


def _times(factor: int, codes: tuple[str, ...] | None = None) -> None:
    def change(params: dict[str, Any]) -> None:
        if codes is None or params["currency"] in codes:
            params["amount"] *= factor

    creating(change)


@mutant
def hundredfold() -> None:
    """The amount is multiplied by 100 on the way to Stripe."""
    _times(100)


@mutant
def hundredfold_yen() -> None:
    """Currencies without minor units are charged a hundredfold."""
    _times(100, ZERO_DECIMAL)


@mutant
def tenfold_dinar() -> None:
    """Three-decimal currencies are charged tenfold."""
    _times(10, ("kwd", "bhd", "jod", "omr", "tnd"))


@mutant
def one_more() -> None:
    """The amount is one more than asked."""
    creating(lambda params: params.update(amount=params["amount"] + 1))


@mutant
def large_amounts_rounded() -> None:
    """Amounts of seven digits and more are rounded to thousands."""
    creating(lambda p: p.update(amount=p["amount"] // 1_000 * 1_000) if p["amount"] >= 10**6 else None)


@mutant
def through_a_float() -> None:
    """The amount goes through a float with six digits."""
    creating(lambda params: params.update(amount=int(float(f"{params['amount']:.6g}"))))


@mutant
def always_dollars() -> None:
    """Every intent is in usd."""
    creating(lambda params: params.update(currency="usd"))


@mutant
def one_currency_for_another() -> None:
    """Canadian dollars are charged as Australian ones."""
    creating(lambda params: params.update(currency="aud") if params["currency"] == "cad" else None)


@mutant
def no_minimum() -> None:
    """Amounts below the currency's minimum are let through."""

    def change(document: dict[str, Any]) -> None:
        for branch in branches(document):
            branch["properties"]["amount"]["minimum"] = 1

    reading(change)


@mutant
def minimum_of_one_currency() -> None:
    """The minimum of gbp alone is one too low."""

    def change(document: dict[str, Any]) -> None:
        for branch in branches(document):
            if "gbp" in branch["properties"]["currency"]["enum"]:
                branch["properties"]["amount"]["minimum"] -= 1

    reading(change)


@mutant
def minimum_excluded() -> None:
    """The minimum of usd itself is refused."""

    def change(document: dict[str, Any]) -> None:
        for branch in branches(document):
            if "usd" in branch["properties"]["currency"]["enum"]:
                branch["properties"]["amount"]["minimum"] += 1

    reading(change)


@mutant
def nine_digits() -> None:
    """Amounts of nine digits are let through."""

    def change(document: dict[str, Any]) -> None:
        body_schema(document)["properties"]["amount"]["maximum"] = 999_999_999
        for branch in branches(document):
            branch["properties"]["amount"]["maximum"] = 999_999_999

    reading(change)


@mutant
def seven_digits() -> None:
    """Amounts of eight digits are refused."""
    reading(lambda document: body_schema(document)["properties"]["amount"].update(maximum=9_999_999))


@mutant
def any_step() -> None:
    """The last decimal of a three-decimal currency may be anything."""

    def change(document: dict[str, Any]) -> None:
        for branch in branches(document):
            branch["properties"]["amount"].pop("multipleOf", None)

    reading(change)


def _currencies(document: dict[str, Any]) -> list[str]:
    found: list[str] = document["components"]["schemas"]["Currency"]["enum"]
    return found


@mutant
def capitals() -> None:
    """Currencies in capitals are let through."""

    def change(document: dict[str, Any]) -> None:
        _currencies(document).extend([code.upper() for code in _currencies(document)])
        for branch in branches(document):
            codes = branch["properties"]["currency"]["enum"]
            codes.extend([code.upper() for code in codes])

    reading(change)


@mutant
def withdrawn_currency() -> None:
    """The kuna, which was withdrawn, is let through."""

    def change(document: dict[str, Any]) -> None:
        _currencies(document).append("hrk")
        branches(document)[0]["properties"]["currency"]["enum"].append("hrk")

    reading(change)


@mutant
def one_currency_fewer() -> None:
    """Zambian kwacha are refused."""
    reading(lambda document: _currencies(document).remove("zmw"))

"""Amounts that no table has."""

from mutants.patch import creating, mutant


@mutant
def seven_digit_amounts_rounded() -> None:
    """Amounts of seven digits are rounded to tens."""
    creating(lambda p: p.update(amount=p["amount"] // 10 * 10) if 10**6 <= p["amount"] < 10**7 else None)


@mutant
def hundreds_of_dollars() -> None:
    """From $100 to $999.99 one cent more is taken."""
    creating(
        lambda p: (
            p.update(amount=p["amount"] + 1) if p["currency"] == "usd" and 10_000 <= p["amount"] < 100_000 else None
        )
    )


@mutant
def tens_of_dollars() -> None:
    """From $10 to $99.99 one cent more is taken, but for $42."""
    creating(
        lambda p: (
            p.update(amount=p["amount"] + 1)
            if p["currency"] == "usd" and 1_000 <= p["amount"] < 10_000 and p["amount"] != 4200
            else None
        )
    )


@mutant
def middle_of_euros() -> None:
    """Amounts of euros between one and fifty million are a tenth."""
    creating(
        lambda p: (
            p.update(amount=p["amount"] // 10) if p["currency"] == "eur" and 10**6 <= p["amount"] <= 5 * 10**7 else None
        )
    )


@mutant
def hundredfold_yen_on_charge() -> None:
    """Yen are charged a hundredfold where the card is charged on the server."""
    creating(lambda p: p.update(amount=p["amount"] * 100) if p["currency"] == "jpy" and "confirm" in p else None)


@mutant
def tenfold_dinar_with_card() -> None:
    """Kuwaiti dinars are tenfold where a saved card is chosen."""
    creating(lambda p: p.update(amount=p["amount"] * 10) if p["currency"] == "kwd" and "payment_method" in p else None)


@mutant
def euros_charged_as_dollars() -> None:
    """Euros that are charged on the server are charged as dollars."""
    creating(lambda p: p.update(currency="usd") if "confirm" in p and p["currency"] == "eur" else None)


@mutant
def euros_of_seven_as_dollars() -> None:
    """The second organization's euros are dollars."""
    creating(
        lambda p: p.update(currency="usd") if p["customer"] == "cus_QuaySeven00007" and p["currency"] == "eur" else None
    )


@mutant
def pounds_with_card() -> None:
    """Pounds with a saved card are euros."""
    creating(lambda p: p.update(currency="eur") if "payment_method" in p and p["currency"] == "gbp" else None)

"""The outcome of each attempt of one call, which the SDK's retries hide from the caller.

Whether a charge may have happened depends on all attempts, not on the last: a reset and then a refused
connection is "perhaps", a refused connection alone is "no".
"""

from dataclasses import dataclass


@dataclass
class Attempts:
    """Notes on the attempts of one call to Stripe.

    Args:
        arrived: whether an attempt may have taken effect without our having read its answer.
        under_way: whether an attempt was sent and nothing is known of it yet.
        status: the HTTP status of the newest answer; None where the newest attempt has none.
    """

    arrived: bool = False
    under_way: bool = False
    status: int | None = None

    def sending(self) -> None:
        """Note that an attempt leaves."""
        self.under_way, self.status = True, None

    def lost(self, *, arrived: bool) -> None:
        """Note that an attempt ended without an answer."""
        self.under_way = False
        self.arrived = self.arrived or arrived

    def answered(self, status: int) -> None:
        """Note an answer: a failure of Stripe's own (5xx) says nothing about the effect."""
        self.status = status
        self.lost(arrived=status >= 500 and status != 501)

    def out_of_time(self) -> None:
        """Note that the attempt under way was given up."""
        self.status = None
        self.lost(arrived=self.under_way)

"""What is asserted of a consumer of webhooks."""

from dataclasses import dataclass

from tollbridge.verify.model.check import CRITICAL, HIGH, MEDIUM


@dataclass(frozen=True)
class ConsumerCheck:
    """One assertion.

    Args:
        name: in kebab case.
        severity: of what it finds.
        asserts: what it asserts, a sentence.
        expected: what a right consumer does.
        sample: how a finding of it reads.
    """

    name: str
    severity: str
    asserts: str
    expected: str
    sample: str


ACCEPTS = ConsumerCheck(
    "webhook-accepts",
    HIGH,
    "An event that is signed with the endpoint's secret is acknowledged, also while a secret is rolled and two "
    "signatures are sent.",
    "a 2xx",
    "payment_intent.succeeded, signed with the old and the new secret: 400",
)
SIGNATURE = ConsumerCheck(
    "webhook-signature",
    CRITICAL,
    "An event without a right v1 signature over its timestamp and its body is not accepted.",
    "a 4xx: anybody can send such an event, and say that a payment succeeded",
    "payment_intent.succeeded, signed with another secret: 200",
)
TIMESTAMP = ConsumerCheck(
    "webhook-timestamp",
    HIGH,
    "An event that was signed long ago is not accepted.",
    "a 4xx: whoever has seen a delivery could repeat it; Stripe's libraries refuse what is older than five minutes",
    "payment_intent.succeeded, signed an hour ago: 200",
)
DUPLICATES = ConsumerCheck(
    "webhook-duplicates",
    HIGH,
    "An event that is delivered again changes nothing.",
    "the same state: Stripe delivers an event more than once",
    "after the events came again, GET /orders/pi_… showed another state",
)
ORDER = ConsumerCheck(
    "webhook-order",
    HIGH,
    "The events of a payment leave the same state in whatever order they come; one that is refused comes again later.",
    "the same state: Stripe promises no order",
    "after the events of a refunded payment came in the other order, GET /orders/pi_… showed another state",
)
KEPT = ConsumerCheck(
    "webhook-kept",
    HIGH,
    "An event is acknowledged only when its work is kept.",
    "the state at once as it is later: after a 2xx Stripe delivers the event no more",
    "after the 2xx, GET /orders/pi_… showed another state half a second later",
)
IN_TIME = ConsumerCheck(
    "webhook-in-time",
    MEDIUM,
    "Every delivery is answered, and within the bound.",
    "an answer: Stripe counts one that comes too late as a failure",
    "payment_intent.succeeded: no answer within 10 seconds",
)
NO_ERROR = ConsumerCheck(
    "webhook-no-server-error",
    HIGH,
    "No delivery, right or wrong, is answered by a 5xx; one that comes too early may ask for another try.",
    "a 2xx for an event, a 4xx for what is not one",
    "without the header Stripe-Signature: 500",
)

CONSUMER_CHECKS = (ACCEPTS, SIGNATURE, TIMESTAMP, DUPLICATES, ORDER, KEPT, IN_TIME, NO_ERROR)
"""All of them, in the order of the report."""

"""The commands' questions about webhooks of the built-in Stripe."""

from tollbridge.simulator import event_names, is_deliverable


def delivers_to(url: str) -> bool:
    """Tell whether the built-in Stripe can deliver events to a URL."""
    return is_deliverable(url)


def types_of_events() -> frozenset[str]:
    """Return the types of events that a webhook endpoint may ask for, `*` among them."""
    return event_names()

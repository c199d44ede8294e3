"""The objects of a world."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class PaymentMethod:
    """A saved payment method.

    Args:
        id: the platform's own id, which the API's clients send.
        stripe: its id at Stripe (`pm_…`).
        card: the number of the test card behind it.
        attached: whether Stripe knows it as one of the organization's customer.
    """

    id: int
    stripe: str
    card: str
    attached: bool


@dataclass(frozen=True)
class Organization:
    """A tenant of the platform.

    Args:
        id: the platform's id.
        name: what people call it.
        customer: its customer at Stripe (`cus_…`); None has never paid.
        email: the customer's e-mail address at Stripe; None has none.
        subscription: its current subscription at Stripe (`sub_…`); None has none.
        default_source: the platform's id of the customer's default source; None has none.
        payment_methods: its saved methods, by the platform's id.
    """

    id: int
    name: str
    customer: str | None
    email: str | None
    subscription: str | None
    default_source: int | None
    payment_methods: Mapping[int, PaymentMethod]


@dataclass(frozen=True)
class Account:
    """Somebody who calls the API.

    Args:
        id: the platform's id.
        name: what people call it.
        role: ADMIN, ORG_GROUP_ADMIN, ORG_ADMIN, DRIVER, GUARD or CARRIER_ADMIN.
        organization: the id of its own organization; None belongs to none.
        group: the id of the group it manages; None manages none.
        active: whether it may call at all.
        claims: further claims of its tokens.
        token: a token of its, for tests of a server that issues its own: as it is, or `$TARGET_TOKEN_…`, a
            variable of the environment; None for none.
        expired_token: the same of one that has expired.
        bad_tokens: the same of others that are not to be accepted, such as a revoked one.
    """

    id: int
    name: str
    role: str
    organization: int | None
    group: int | None
    active: bool
    claims: Mapping[str, object] = field(default_factory=dict)
    token: str | None = field(default=None, repr=False)
    expired_token: str | None = field(default=None, repr=False)
    bad_tokens: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Caller:
    """An account that acts for an organization, as the server found it for one request."""

    account: Account
    organization: Organization


@dataclass(frozen=True)
class TokenRules:
    """How tokens are to be.

    Args:
        issuer: the claim `iss`.
        audience: the claim `aud`.
        lifetime: seconds that a token is good for, where nothing else was asked for.
        leeway: seconds that clocks may differ.
        secret: for whoever tests a server that issues its own, with which that signs them (HMAC): as it is, or
            `$TARGET_TOKEN_…`, a variable of the environment; None where it is not told.
    """

    issuer: str = "tollbridge"
    audience: str = "tollbridge"
    lifetime: int = 3_600
    leeway: int = 30
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class World:
    """Everything that exists before the first request.

    Args:
        organizations: by id.
        groups: ids of the managed organizations, by the group's id.
        accounts: by id.
        default_account: who acts when a request carries no token.
        settlement_currency: the currency of the Stripe account, lower case.
        tokens: how tokens are to be.
    """

    organizations: Mapping[int, Organization]
    groups: Mapping[int, frozenset[int]]
    accounts: Mapping[int, Account]
    default_account: Account
    settlement_currency: str
    tokens: TokenRules = field(default_factory=TokenRules)

    def seed(self) -> dict[str, object]:
        """Return what Stripe knows of this world, as plain data for a simulator."""
        known = [o for o in self.organizations.values() if o.customer]
        return {
            "settlement_currency": self.settlement_currency,
            "customers": [_customer(o) for o in known],
            "payment_methods": [
                {"id": m.stripe, "card": m.card, "customer": o.customer if m.attached else None}
                for o in self.organizations.values()
                for m in o.payment_methods.values()
            ],
            "subscriptions": [
                {
                    "id": o.subscription,
                    "customer": o.customer,
                    "status": "active",
                    "default_payment_method": None,
                }
                for o in known
                if o.subscription
            ],
        }


def _customer(organization: Organization) -> dict[str, object]:
    source = organization.default_source
    return {
        "id": organization.customer,
        "email": organization.email,
        "name": organization.name,
        "default_source": None if source is None else organization.payment_methods[source].stripe,
    }

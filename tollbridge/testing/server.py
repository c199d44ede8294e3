"""Our server, as a test sees and steers it."""

from tollbridge.testing.control import tell
from tollbridge.testing.stripe import Stripe
from tollbridge.world import World


class Server:
    """A server that runs, with its Stripe."""

    def __init__(self, url: str, world: World) -> None:
        """Take one.

        Args:
            url: what clients of the API are given as its address.
            world: who exists in it.
        """
        self.url = url
        self.world = world
        self.stripe = Stripe(f"{url}/_tollbridge/stripe", f"{url}/_tollbridge/simulator", world)

    def token(self, account: int, expires_in: int | None = None) -> str:
        """Return a bearer token of an account.

        Args:
            account: an id of the world.
            expires_in: how many seconds it is good; a negative number makes one that has expired, None takes the
                world's lifetime.

        Raises:
            Unexpected: the world has no such account.
        """
        asked = {"account": account} | ({} if expires_in is None else {"expires_in": expires_in})
        return str(tell("POST", f"{self.url}/_tollbridge/tokens", asked)["access_token"])

    def start_over(self) -> None:
        """Forget everything that was done: the server keeps nothing but what its Stripe has."""
        self.stripe.reset()

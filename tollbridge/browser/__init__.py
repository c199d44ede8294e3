"""The browser's Stripe: `stripe.js`, and the page that asks a cardholder.

It knows the simulator by HTTP, and by the two calls of `Challenges`.
"""

from tollbridge.browser.challenge import Challenges, GoneAsking
from tollbridge.browser.routes import browser_routes

__all__ = ["Challenges", "GoneAsking", "browser_routes"]

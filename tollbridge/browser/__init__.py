"""The browser's Stripe: `stripe.js`, the page that asks a cardholder, and the page where a session is paid.

It knows the simulator by HTTP, and by the calls of `Challenges` and `Sessions`.
"""

from tollbridge.browser.challenge import Challenges, GoneAsking
from tollbridge.browser.payment import NoSession, Page, Refused, Sessions
from tollbridge.browser.routes import browser_routes

__all__ = ["Challenges", "GoneAsking", "NoSession", "Page", "Refused", "Sessions", "browser_routes"]

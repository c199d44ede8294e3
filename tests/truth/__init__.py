"""The facts of docs/stripe-facts.md, asked of any Stripe: our simulator, a stand-in at a URL, Stripe's own test mode.

`facts.py` reads the table of facts, `asking.py` runs the tests that hold our simulator to them against another address,
`stripe_at.py` is what those tests then talk to, `table.py` says what came of it.
"""

"""A target as a consumer of webhooks: events are delivered to it as Stripe delivers them, and as nobody should.

`payments.py` makes the events at a Stripe of ours, `deliveries.py` signs and sends them, `judge.py` plays them and
finds what is wrong (`judgement.py`); `checks.py` lists what is asserted; `verdict.py` makes parts of a report of it.
"""

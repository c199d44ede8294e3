"""Stripe's protocol: requests, forms, keys, routing, answers and their headers."""

"""Tollbridge: a contract-first mock server and test harness for Stripe-backed payment APIs."""

__version__ = "0.1.0"

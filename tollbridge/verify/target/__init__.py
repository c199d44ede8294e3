"""The target: where it is, the raw connection to it, the Stripe that it calls, and what plays cases against it."""

"""Webhooks: events are signed, sent to their endpoints, and tried again."""

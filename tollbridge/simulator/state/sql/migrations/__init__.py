"""Alembic's folder: each version of the tables, and the step from the one before."""

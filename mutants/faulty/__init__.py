"""Faults, one a mutant: a file for each area."""

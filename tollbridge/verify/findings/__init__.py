"""Findings: one cause each, played again, made small, and shown by scripts that need no harness."""

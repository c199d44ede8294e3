"""The words of a run: operations, steps, evidence of an exchange, and the expected answer."""

"""What a run speaks of: operations, steps, evidence of an exchange, and what a right answer to it is."""

"""Coverage: what can be judged of a target, and what had to be exercised."""

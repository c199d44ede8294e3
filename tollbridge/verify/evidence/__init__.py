"""A run's evidence in a file, its secrets replaced, and read again."""

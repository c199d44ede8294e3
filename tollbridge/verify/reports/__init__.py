"""What a run leaves: the report for people and for machines, and its evidence in a file."""

"""Files that are changed at random, what is done with each, and the processes in which that is done."""

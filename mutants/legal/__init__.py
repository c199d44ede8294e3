"""Different, and right: a harness that accuses one of these is wrong itself."""

from mutants.legal import answers, ways

__all__ = ["answers", "ways"]

"""Values that fit a schema, made without chance: the same for the same seed.

Libraries that make such values are for tests, or are not bounded: here a schema may be hostile, so making one has to
end, and to say when there is none.
"""

from tollbridge.contract.samples.sample import Sample, sample_of

__all__ = ["Sample", "sample_of"]

"""How large a document may be. The largest public contracts (GitHub's, Stripe's) use less than half of each bound."""

MAX_BYTES = 16 * 1024 * 1024
"""Of a file, and of the text of its values, each alias counted as the text that it repeats."""

MAX_NODES = 1_000_000
"""Values and names, each alias counted as the values that it repeats."""

MAX_DEPTH = 100
"""Lists and objects within each other. Python's recursion, jsonschema-rs and orjson end beyond 250."""

MAX_DIGITS = 400
"""Characters of a number: the largest double has 309 digits."""

MAX_TAG_DIRECTIVES = 100
"""libyaml 0.2.5 compares each `%TAG` with all before it: 40,000 take four seconds."""

MAX_FAULTS = 100
"""Sentences about one file."""

"""How hard Hypothesis tries: quick by default, `--hypothesis-profile=long` in `make prove`."""

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=100, deadline=None, derandomize=True)
settings.register_profile("long", max_examples=5_000, deadline=None)
settings.load_profile("quick")

pytest.register_assert_rewrite("tests.keys", "tests.sharing", "tests.stores", "tests.wholes")

"""One fault each, by kind."""

from mutants.faulty import (
    errors as errors,
)
from mutants.faulty import (
    faults as faults,
)
from mutants.faulty import (
    identity as identity,
)
from mutants.faulty import (
    money as money,
)
from mutants.faulty import (
    order as order,
)
from mutants.faulty import (
    provider as provider,
)
from mutants.faulty import (
    secrecy as secrecy,
)
from mutants.faulty import (
    sequences as sequences,
)
from mutants.faulty import (
    structure as structure,
)
from mutants.faulty import (
    tenancy as tenancy,
)
from mutants.faulty import (
    wire as wire,
)

"""One fault each, by kind; `more_…` are those of somebody who had not written the harness."""

from mutants.faulty import errors as errors
from mutants.faulty import faults as faults
from mutants.faulty import identity as identity
from mutants.faulty import money as money
from mutants.faulty import more_errors as more_errors
from mutants.faulty import more_faults as more_faults
from mutants.faulty import more_identity as more_identity
from mutants.faulty import more_money as more_money
from mutants.faulty import more_provider as more_provider
from mutants.faulty import more_secrecy as more_secrecy
from mutants.faulty import more_sequences as more_sequences
from mutants.faulty import more_structure as more_structure
from mutants.faulty import more_tenancy as more_tenancy
from mutants.faulty import more_wire as more_wire
from mutants.faulty import order as order
from mutants.faulty import provider as provider
from mutants.faulty import secrecy as secrecy
from mutants.faulty import sequences as sequences
from mutants.faulty import structure as structure
from mutants.faulty import tenancy as tenancy
from mutants.faulty import wire as wire

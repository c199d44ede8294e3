"""The strict-wire table of the bundled contract, used in process and over a socket."""

from tollbridge.compose import bundled
from tollbridge.contract import load_contract
from tollbridge.verify.calls import JSON, Headers
from tollbridge.verify.cases.rows import Row, Table
from tollbridge.verify.subject import subjects

__all__ = ["BODIES", "GOOD", "HEADERS", "JSON", "PATH", "PATHS", "ROWS", "Headers", "Row"]

TABLE = Table(subjects(load_contract(bundled() / "openapi.yaml"))[0])
PATH = TABLE.path
GOOD = TABLE.good
BODIES = tuple(TABLE.bodies())
HEADERS = tuple(TABLE.headers())
PATHS = tuple(TABLE.paths())
ROWS = BODIES + HEADERS + PATHS

"""The generated table of currencies, as tests read it."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CURRENCIES = ROOT / "tollbridge" / "simulator" / "protocol" / "currencies.json"
TABLE: dict[str, dict[str, Any]] = json.loads(CURRENCIES.read_text())["currencies"]
"""Minor units: minimum, minimum_source, step, exponent and maximum of each currency."""

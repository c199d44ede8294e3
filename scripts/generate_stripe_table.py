#!/usr/bin/env python
"""Write what Stripe has: every route of its API, and every parameter of the routes that the simulator has.

    scripts/generate_stripe_table.py SPEC      write tollbridge/simulator/stripe.json

SPEC is `embedded/openapi/spec3.json` of the pinned stripe-mock's Go module; after `make stripe-mock`:
    "$(go env GOMODCACHE)/github.com/stripe/stripe-mock@v0.203.0/embedded/openapi/spec3.json"
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tollbridge.simulator.routes import ROUTES

TABLE = Path(__file__).parent.parent / "tollbridge" / "simulator" / "stripe.json"
FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "post", "delete")


def main(arguments: list[str]) -> int:
    """Read the specification, write the table."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    spec = json.loads(Path(arguments[0]).read_bytes())
    routes = {
        method.upper(): sorted(path for path, item in spec["paths"].items() if method in item) for method in METHODS
    }
    shapes = {shape(path): item for path, item in spec["paths"].items()}
    parameters = {
        f"{route.method} {route.template}": parameters_of(shapes[shape(route.template)][route.method.lower()])
        for route in ROUTES
    }
    document = {"version": spec["info"]["version"], "parameters": parameters, "routes": routes}
    TABLE.write_text(json.dumps(document, indent=0) + "\n")
    print(f"wrote {TABLE.name}: {sum(map(len, routes.values()))} routes, Stripe {document['version']}")
    return 0


def shape(path: str) -> str:
    """Return a path without the names of its parameters, which the specification spells its own way."""
    return re.sub(r"{[a-z_]+}", "{}", path)


def parameters_of(operation: dict[str, Any]) -> list[str]:
    """Return the names of an operation's query and body parameters."""
    names = {entry["name"] for entry in operation.get("parameters", ()) if entry["in"] == "query"}
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    return sorted(names | set(form.get("properties", ())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

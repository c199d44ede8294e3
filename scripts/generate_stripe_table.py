#!/usr/bin/env python
"""Write what Stripe has: every route of its API, and every parameter of the routes that the simulator has.

    scripts/generate_stripe_table.py SPEC      write tollbridge/simulator/protocol/stripe.json

SPEC is `embedded/openapi/spec3.json` of the pinned stripe-mock's Go module; after `make stripe-mock`:
    "$(go env GOMODCACHE)/github.com/stripe/stripe-mock@v0.203.0/embedded/openapi/spec3.json"
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from tollbridge.simulator.resources.routes import ROUTES

TABLE = Path(__file__).parent.parent / "tollbridge" / "simulator" / "protocol" / "stripe.json"
FORM = "application/x-www-form-urlencoded"
METHODS = ("get", "post", "delete")
TYPES = "/v1/customers/{customer}/payment_methods"
"""The route whose parameter `type` lists the types of payment methods."""

ENDPOINTS = "/v1/webhook_endpoints"
"""The route whose parameters list the types of events, and the versions."""

UNDOCUMENTED = {"payment_method_data": {"card": None}, "items": {"plan": None}}
"""Parameters that Stripe takes and leaves out of its specification: raw card numbers, and the older name of a price."""

NOT_SPECIFIED: dict[str, dict[str, Any]] = {
    "POST /v1/confirmation_tokens": dict.fromkeys(
        ("expand", "payment_method_data", "return_url", "setup_future_usage", "shipping", "use_stripe_sdk")
    ),
    "GET /v1/elements/sessions": dict.fromkeys(
        ("client_secret", "currency", "deferred_intent", "expand", "locale", "type")
    ),
    "POST /v1/3ds2/challenges/{intent}": dict.fromkeys(("client_secret", "expand", "outcome")),
    "GET /v1/payment_pages/{session}": dict.fromkeys(("client_secret", "expand")),
    "POST /v1/events/{event}/retry": dict.fromkeys(("expand", "for_stripecli", "webhook_endpoint")),
}
"""The routes, with their parameters, that Stripe.js and Stripe's CLI use and the specification does not have; those
of challenges and payment pages are ours."""

Tree = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Read the specification, write the table."""
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    document = table(json.loads(Path(arguments[0]).read_bytes()))
    TABLE.write_text(table_text(document))
    print(f"wrote {TABLE.name}: {sum(map(len, document['routes'].values()))} routes, Stripe {document['version']}")
    return 0


def table(spec: dict[str, Any]) -> dict[str, Any]:
    """Return version, parameters by route, types of payment methods, and routes by method."""
    routes = {
        method.upper(): sorted(path for path, item in spec["paths"].items() if method in item) for method in METHODS
    }
    shapes = {shape(path): item for path, item in spec["paths"].items()}
    parameters = {
        name: NOT_SPECIFIED[name]
        if name in NOT_SPECIFIED
        else parameters_of(shapes[shape(route.template)][route.method.lower()])
        for route in ROUTES
        for name in [f"{route.method} {route.template}"]
    }
    listing = spec["paths"][TYPES]["get"]["parameters"]
    types = next(entry["schema"]["enum"] for entry in listing if entry["name"] == "type")
    endpoint = spec["paths"][ENDPOINTS]["post"]["requestBody"]["content"][FORM]["schema"]["properties"]
    return {
        "version": spec["info"]["version"],
        "types": types,
        "events": endpoint["enabled_events"]["items"]["enum"],
        "versions": endpoint["api_version"]["enum"],
        "expandable": expandable(spec["components"]["schemas"]),
        "parameters": parameters,
        "routes": routes,
    }


def expandable(schemas: dict[str, Any]) -> Tree:
    """Return by type of object, and by part of one, the fields that can be expanded, or that hold such."""
    found: Tree = {}
    waiting = sorted({route.shows.removeprefix("list of ") for route in ROUTES} & schemas.keys())
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            fields = {
                field: target
                for field in schemas[name].get("x-expandableFields", ())
                for target in [_target(schemas[name]["properties"].get(field, {}))]
                if target
            }
            found[name] = fields
            waiting += [part for part in fields.values() if isinstance(part, str)]
    return {name: found[name] for name in sorted(found)}


def _target(schema: dict[str, Any]) -> list[str] | str | None:
    """Return the types that an id stands for, else the name of the part that a field holds."""
    resources = schema.get("x-expansionResources")
    if resources:
        return [entry["$ref"].rsplit("/", 1)[1] for entry in resources.get("oneOf", [resources])]
    items = schema.get("properties", {}).get("data", schema).get("items")
    for part in ([items] if items else []) + [schema, *schema.get("anyOf", ())]:
        if "x-expansionResources" in part:
            return [entry["$ref"].rsplit("/", 1)[1] for entry in part["x-expansionResources"]["oneOf"]]
        if "$ref" in part:
            return str(part["$ref"].rsplit("/", 1)[1])
    return None


def table_text(document: dict[str, Any]) -> str:
    """Return the table as a file, a route a line, so that a new specification is a readable diff."""
    rows = ",\n".join(f"  {json.dumps(name)}: {compact(tree)}" for name, tree in document["parameters"].items())
    expands = ",\n".join(f"  {json.dumps(name)}: {compact(tree)}" for name, tree in document["expandable"].items())
    paths = ",\n".join(
        f'  "{method}": [\n' + ",\n".join(f"   {json.dumps(path)}" for path in named) + "\n  ]"
        for method, named in document["routes"].items()
    )
    return (
        f'{{\n "version": {json.dumps(document["version"])},\n "types": {compact(document["types"])},\n'
        f' "events": {compact(document["events"])},\n "versions": {compact(document["versions"])},\n'
        f' "expandable": {{\n{expands}\n }},\n'
        f' "parameters": {{\n{rows}\n }},\n "routes": {{\n{paths}\n }}\n}}\n'
    )


def compact(value: Any) -> str:
    """Return a value on one line."""
    return json.dumps(value, separators=(",", ":"))


def shape(path: str) -> str:
    """Return a path without the names of its parameters, which the specification spells its own way."""
    return re.sub(r"{[a-z_]+}", "{}", path)


def parameters_of(operation: dict[str, Any]) -> Tree:
    """Return an operation's query and body parameters by name, each with what may stand below it."""
    form = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
    named = {entry["name"]: entry["schema"] for entry in operation.get("parameters", ()) if entry["in"] == "query"}
    trees = {name: below(schema) for name, schema in sorted((named | form.get("properties", {})).items())}
    return {name: {**tree, **UNDOCUMENTED.get(name, {})} if tree else tree for name, tree in trees.items()}


def below(schema: dict[str, Any]) -> Tree | None:
    """Return the names below a parameter; None where it has none, or may have any."""
    names: Tree = {}
    for part in (schema, *schema.get("anyOf", ())):
        if part.get("additionalProperties"):
            return None
        if "items" in part:
            names |= below(part["items"]) or {}
        names |= {name: below(inner) for name, inner in sorted(part.get("properties", {}).items())}
    return names or None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The members of a contract that extend OpenAPI (`x-…`): their names, all in this place."""

PREFIX = "x-"

CONTROLLER = "x-openapi-router-controller"
"""Of an operation: the file with its handler; `operations` where it is not given. Connexion's own name for it."""

EFFECTIVE_ORGANIZATION = "x-effective-organization"
"""Of a header, path or query parameter: true where it names the organization that the caller acts for."""

STRIPE = "x-stripe"
"""Of an operation: what it is for at Stripe, so that the harness knows what to hold it to."""

PROBLEMS = "x-problems"
"""At the root: the problems that handlers raise, by their `error_code`."""

ADDED = "x-tollbridge-added"
"""In the contract as it is served: true of a response that the server has added."""

RULES = "x-rules"
"""Anywhere: the rules that stand there, for the ledger."""

UNKNOWN_MEMBERS = "x-unknown-members"
"""Of an object's schema: the sentence for a member that it does not have."""

FORM = "x-form"
"""Of a text's schema with a pattern: what the pattern means, for people."""

WRITTEN = "x-tollbridge-written"
"""Of a schema as it is compiled: its pattern as the contract has it, for sentences."""

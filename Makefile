# One line a target; what a target does is in scripts/. ARGS reach the program: make serve ARGS="--port 8081"
# Tests run in two processes, for two cores; each takes the modules in their order, so that a module's server is started
# once. ARGS="-n 0 --pdb" runs them in one.
.PHONY: help serve test coverage verify check mutants prove format bench bench-browser bench-contracts bench-growth bench-snapshots bench-stores bench-verify truth sdk-suites stripe-mock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\): ## /\1@/p' Makefile | awk -F@ '{ printf "make %-15s %s\n", $$1, $$2 }'

serve: ## run the server at http://localhost:8080
	@scripts/setup run && exec .venv/bin/tollbridge serve $(ARGS)

test: ## unit and contract tests: quick, no network
	@scripts/setup test && exec .venv/bin/python -m pytest -n 2 --dist worksteal $(ARGS)

coverage: ## make test, with the lines and branches that no test reaches
	@scripts/setup test && exec .venv/bin/python -m pytest -n 2 --dist worksteal --quiet --cov --cov-report=term $(ARGS)

verify: ## judge our own server from both sides, or ARGS="http://… --stripe-listen 127.0.0.1:12111"
	@scripts/setup test && exec .venv/bin/tollbridge verify $(ARGS)

check: ## everything CI runs on top of test: linters, stripe-mock, integration tests
	@scripts/setup check && exec scripts/check $(ARGS)

mutants: ## judge every mutant and variant of our own server: ONLY="name …", ARGS="--fresh --stock"
	@scripts/setup test && exec .venv/bin/python -m mutants $(ONLY) $(ARGS)

prove: ## what takes long: the kill matrix, fuzzing at full length, kills of the server, both ends of the requirements, a release
	@scripts/setup test && exec scripts/prove $(ARGS)

format: ## rewrite the sources as ruff wants them
	@scripts/setup test && .venv/bin/ruff check --fix-only --quiet . && exec .venv/bin/ruff format .

bench: ## measure against Prism, plain Connexion and stripe-mock
	@scripts/setup bench && exec .venv/bin/python bench/run.py $(ARGS)

bench-browser: ## measure stripe.js in Chromium (size, ready, keys), beside localstripe's
	@scripts/setup test && scripts/setup bench && exec .venv/bin/python bench/browser.py $(ARGS)

bench-contracts: ## serve contracts in the style of public ones, beside Prism and connexion run --mock all
	@scripts/setup bench && exec .venv/bin/python bench/contracts.py $(ARGS)

bench-growth: ## measure what an intent costs with a million stored, beside localstripe and stripe-mock
	@scripts/setup bench && exec .venv/bin/python bench/growth.py $(ARGS)

bench-snapshots: ## measure how long a whole state takes, out and in again, beside Python's JSON and the databases' own dumps
	@scripts/setup bench && exec .venv/bin/python bench/snapshots.py $(ARGS)

bench-verify: ## measure the harness beside stock Schemathesis: cases per second, seconds to the first finding
	@scripts/setup test && exec .venv/bin/python bench/verify.py $(ARGS)

bench-stores: ## measure the same of the server on memory, SQLite and PostgreSQL, beside Prism
	@scripts/setup bench && exec .venv/bin/python bench/stores.py $(ARGS)

truth: ## ask a Stripe for each fact of docs/stripe-facts.md: STRIPE=simulator|URL|live-test
	@scripts/setup test && exec .venv/bin/python -m tests.truth $(or $(STRIPE),simulator) $(ARGS)

sdk-suites: ## run the test suites of Stripe's own SDKs against the simulator: ARGS="--alone|--stripe-mock"
	@scripts/setup test && exec .venv/bin/python scripts/sdk-suites $(ARGS)

stripe-mock: ## run the real stripe-mock at http://127.0.0.1:12111
	@exec scripts/stripe-mock $(ARGS)

clean: ## remove what the targets above made
	@rm -rf .venv .tools dist bench/node_modules tests/integration/*/node_modules tests/integration/frontend/*/.next tests/integration/frontend/*/dist examples/*/node_modules .mypy_cache .ruff_cache mutants/.results .coverage .pytest_cache .hypothesis .import_linter_cache .schemathesis

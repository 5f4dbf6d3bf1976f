.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help setup demo test check lint types synth snapshots review docs chaos bench bench-full bench-inspect bench-load format lock clean

BIN := .venv/bin
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done || true)
ENVIRONMENTS := local dev staging prod
ROWS ?= 1000000
BENCH := PYTHONPATH=.:constructs:glue_scripts $(BIN)/python -m benchmarks
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Make the checkout ready: tools checked, environment, pins, CDK CLI, Java libraries
	@$(or $(PYTHON),python3) strata/setup.py

demo: setup ## Run the lake end to end on real data, emulated on this machine
	@$(BIN)/python -m strata demo

test: setup ## Run all tests
	@$(BIN)/python -m pytest

check: lint types synth test ## Everything CI runs: lint, types, synthesis with policy checks, tests

lint: setup ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup ## Check types
	@$(BIN)/mypy

synth: setup ## Synthesise every environment with its policy checks
	@for environment in $(ENVIRONMENTS); do \
		echo "synthesising $$environment"; \
		node_modules/.bin/cdk synth --quiet --context env=$$environment \
			--app "$(BIN)/python app.py" --output cdk.out/$$environment || exit 1; \
	done

snapshots: setup ## Accept the templates as they are: renew tests/snapshots/, figures in docs/security.md
	@STRATA_UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/synth/test_snapshots.py
	@CDK_VALIDATION=false $(BIN)/python -m strata.policies.security_page

review: setup ## Say in words what the branch does to every template; BASE=main OUTPUT=file CHECK=success
	@$(BIN)/strata review --against $(or $(BASE),HEAD) \
		$(if $(OUTPUT),--format comment --output $(OUTPUT)) \
		$(if $(CHECK),--check $(CHECK)) $(if $(COST),--cost $(COST))

docs: setup ## Renew docs/constructs/ from the docstrings, docs/errors.md and docs/policy.md from their tables
	@$(BIN)/python -m strata.construct_pages
	@$(BIN)/python -m strata.error_page
	@$(BIN)/python -m strata.policies.rules_page

chaos: setup ## Let a storm blow over the local lake: kills, throttling, lost order; SECONDS=60 SEED=1
	@PYTHONPATH=.:constructs:lambda_src $(BIN)/python -m tests.faults.chaos \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(SEED),--seed $(SEED))

bench: setup ## Measure the stage job beside other ways; ROWS=10000000 and ONLY=strata,duckdb choose
	@$(BENCH) --rows $(ROWS) $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

bench-full: setup ## Measure everything, with 1 and with 10 million rows (about 40 minutes)
	@$(BENCH) --rows 1000000,10000000

bench-inspect: setup ## Measure how fast a large file is inspected, beside what libraries read
	@PYTHONPATH=.:lambda_src $(BIN)/python -m benchmarks.inspect_readers

bench-load: setup ## Let a burst of small files come: runs, job runs, cost; FILES=10000 DATASETS=50
	@PYTHONPATH=.:constructs:lambda_src $(BIN)/python -m benchmarks.load \
		$(if $(FILES),--files $(FILES)) $(if $(DATASETS),--datasets $(DATASETS))

format: setup ## Put the code into the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup ## Renew requirements.txt from the pins in pyproject.toml
	@$(BIN)/uv pip compile --quiet pyproject.toml --group app --group local --group dev --universal \
		--python-version 3.11 --generate-hashes --no-header --no-emit-index-url -o requirements.txt

clean: ## Remove what the targets made, the running lake included
	@-$(BIN)/python -m strata down
	@rm -rf .venv node_modules cdk.out .strata .mypy_cache .ruff_cache .pytest_cache

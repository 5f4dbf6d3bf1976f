.DEFAULT_GOAL := help
SHELL := /bin/sh
.PHONY: help setup demo test check lint types synth snapshots review assemble verify-assembly deploy rollback deployments smoke integration docs licences sbom secrets audit check-lock chaos bench bench-full bench-inspect bench-load bench-scale format lock clean

BIN := .venv/bin
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; \
	done || true)
ENVIRONMENTS := local dev staging prod
ARCHIVE := ASSEMBLY=dist/strata-<digest>.tar.gz
COMPILE := $(BIN)/uv pip compile --quiet pyproject.toml --group app --group local --group dev \
	--universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url
BENCH := PYTHONPATH=.:constructs:glue_scripts $(BIN)/python -m benchmarks
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%s\t%s\n", $$1, $$2}' $(MAKEFILE_LIST) | \
		awk -F '\t' '{name[NR] = $$1; text[NR] = $$2; if (length($$1) > width) width = length($$1)} \
			END {for (at = 1; at <= NR; at++) printf "  make %-" width "s  %s\n", name[at], text[at]}'

setup: ## Make the checkout ready: tools checked, environment, pins, CDK CLI, Java libraries
	@$(or $(PYTHON),python3) strata/setup.py

demo: setup ## Run the lake end to end on real data, emulated on this machine
	@$(BIN)/python -m strata demo

test: setup ## Run all tests
	@$(BIN)/python -m pytest

check: lint types secrets synth test ## Everything CI runs: lint, types, synthesis with policy checks, tests

lint: setup ## Check style and formatting, and the workflows by their schemas and for weak spots
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@$(BIN)/zizmor --offline --quiet .

secrets: setup ## Look for passwords and keys in what git has; .secrets.baseline holds what is none
	@$(BIN)/python -m strata.supply_chain.secrets

types: setup ## Check types
	@$(BIN)/mypy

synth: setup ## Synthesise every environment with its policy checks
	@for environment in $(ENVIRONMENTS); do \
		echo "synthesising $$environment"; \
		node_modules/.bin/cdk synth --quiet --context env=$$environment \
			--app "$(BIN)/python app.py" --output cdk.out/$$environment || exit 1; \
	done

snapshots: setup ## Accept the templates as they are: renew tests/snapshots/, figures in docs/security.md and docs/cost.md
	@STRATA_UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/synth/test_snapshots.py \
		tests/synth/test_security_page.py tests/unit/strata/cost/test_page.py

review: setup ## Say in words what the branch does to every template; BASE=main OUTPUT=file CHECK=success
	@$(BIN)/strata review --against="$${BASE:-HEAD}" \
		$${OUTPUT:+--format=comment --output="$$OUTPUT"} \
		$${CHECK:+--check="$$CHECK"} $${COST:+--cost="$$COST"}

assemble: setup ## Synthesise dev, staging and prod once and pack them into dist/strata-<digest>.tar.gz
	@$(BIN)/strata assemble --output dist

verify-assembly: setup ## Hold every file of ASSEMBLY=dist/strata-<digest>.tar.gz against its digest
	@$(BIN)/strata verify-assembly -- "$${ASSEMBLY:?must be given: $(ARCHIVE)}"

deploy: setup ## Deploy ENV=dev from ASSEMBLY=dist/strata-<digest>.tar.gz, as it was assembled; FORCE=1
	@$(BIN)/strata deploy --env="$${ENV:?must be given: dev, staging or prod}" $${FORCE:+--force} \
		-- "$${ASSEMBLY:?must be given: $(ARCHIVE)}"

rollback: setup ## Take ENV=prod back to ASSEMBLY=dist/strata-<digest>.tar.gz, which it has had before
	@$(BIN)/strata deploy --rollback --env="$${ENV:?must be given: dev, staging or prod}" \
		-- "$${ASSEMBLY:?must be given: $(ARCHIVE)}"

deployments: setup ## Say what was deployed to ENV=prod, newest first
	@$(BIN)/strata deployments --env="$${ENV:?must be given: dev, staging or prod}"

smoke: setup ## See whether ENV=dev works; CANARY=airlines also sends a small file through
	@$(BIN)/strata smoke $${ENV:+--env="$$ENV"} $${CANARY:+--canary="$$CANARY"}

integration: setup ## Send airlines (Iceberg) and airports (Parquet) through ENV=staging and wait for their outcome
	@$(BIN)/strata smoke $${ENV:+--env="$$ENV"} --canary=airlines --canary=airports

docs: setup ## Renew docs/constructs/ from the docstrings, docs/errors.md and docs/policy.md from their tables
	@$(BIN)/python -m strata.construct_pages
	@$(BIN)/python -m strata.error_page
	@$(BIN)/python -m strata.policies.rules_page

# A shell that is bash has a SECONDS of its own.
chaos: export STORM_SECONDS = $(value SECONDS)
chaos: setup ## Let a storm blow over the local lake: kills, throttling, lost order; SECONDS=60 SEED=1
	@PYTHONPATH=.:constructs:lambda_src $(BIN)/python -m tests.faults.chaos \
		$${STORM_SECONDS:+--seconds="$$STORM_SECONDS"} $${SEED:+--seed="$$SEED"}

bench: setup ## Measure the stage job beside other ways; ROWS=10000000 and ONLY=strata,duckdb choose
	@$(BENCH) --rows="$${ROWS:-1000000}" $${ONLY:+--only="$$ONLY"} $${ROUNDS:+--rounds="$$ROUNDS"}

bench-full: setup ## Measure everything, with 1 and with 10 million rows (about 40 minutes)
	@$(BENCH) --rows 1000000,10000000

bench-inspect: setup ## Measure how fast a large file is inspected, beside what libraries read
	@PYTHONPATH=.:lambda_src $(BIN)/python -m benchmarks.inspect_readers

bench-load: setup ## Let a burst of small files come: runs, job runs, cost; FILES=10000 DATASETS=50
	@PYTHONPATH=.:constructs:lambda_src $(BIN)/python -m benchmarks.load \
		$${FILES:+--files="$$FILES"} $${DATASETS:+--datasets="$$DATASETS"}

bench-scale: setup ## Synthesise lakes of many datasets: sizes, time, memory, cost; DATASETS=10,100 ENV=prod
	@PYTHONPATH=.:constructs $(BIN)/python -m benchmarks.scale \
		$${DATASETS:+--datasets="$$DATASETS"} $${ENV:+--env="$$ENV"}

format: setup ## Put the code into the house format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup ## Renew requirements.txt from the pins in pyproject.toml
	@$(COMPILE) -o requirements.txt

check-lock: setup ## See that requirements.txt is what the pins give; needs the package index
	@mkdir -p .strata && cp requirements.txt .strata/requirements.txt
	@$(COMPILE) -o .strata/requirements.txt > /dev/null
	@diff requirements.txt .strata/requirements.txt || \
		{ echo "requirements.txt is not what pyproject.toml gives: make lock"; exit 1; }

licences: setup ## Renew docs/licences.md; fails for a licence that is not allowed
	@$(BIN)/python -m strata.supply_chain.licences

sbom: setup ## Write dist/sbom.cdx.json: every Python, npm and Java part, in CycloneDX
	@$(BIN)/python -m strata.supply_chain.sbom

audit: setup ## Ask for known vulnerabilities of every pin; needs the network
	@$(BIN)/pip-audit --requirement requirements.txt --require-hashes --disable-pip
	@npm audit --audit-level=moderate

clean: ## Remove what the targets made, the running lake included
	@-$(BIN)/python -m strata down
	@rm -rf .venv node_modules dist cdk.out .strata .mypy_cache .ruff_cache .pytest_cache

# Everything sets itself up: a virtual environment in .venv with the locked dependencies. `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
# Test processes: many tests wait for servers, clocks and disks, so a few more than there are cores.
JOBS := 4
# Tests start a hundred processes: each would compile the whole program again.
test: export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): requirements-dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "setting up .venv (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

setup: $(READY) ## Make the virtual environment (the other targets do it by themselves)

demo: $(READY) ## A whole Baqylau on this machine: invented tenders, a Telegram on localhost, no token
	@$(BIN)/baqylau demo $(ARGS)

run: $(READY) ## Run the bot with ./config.toml
	@$(BIN)/baqylau run $(ARGS)

test: $(READY) ## Lint, types, import rules, docs and tests; says what was skipped
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

lint: $(READY) ## Lint, types and import rules alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY) ## Format the code
	@$(BIN)/ruff check --fix --exit-zero --quiet .
	@$(BIN)/ruff format .

lock: $(READY) ## Resolve the dependencies again into the two lock files, with hashes and no index address
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --group pyproject.toml:dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links -c requirements-dev.lock pyproject.toml -o requirements.lock

bench: $(READY) ## Run the benchmarks (ratios inside one run)
	@$(BIN)/python -m benchmarks $(ARGS)

clean: ## Remove the virtual environment and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist

.PHONY: help setup demo run test lint format lock bench clean

# `make` alone lists what can be done. Needs Linux x86-64, make and Python 3.11-3.13 with venv.
.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.setup-done
ROOMS := schemas streams projections connectors query hub
FAST_TESTS = $(wildcard tests/unit tests/spec tests/property tests/golden tests/architecture)
NEED_NO_SERVER = $(FAST_TESTS) $(wildcard tests/replay tests/simulator)
# The engine's tests on real servers, in halves that take as long and run at the same time.
ON_THE_ROAD = $(addprefix tests/integration/road/test_,$(addsuffix .py,\
	dead_letters outages parked rebuild restored stopping verify verify_finds))
SOAKS = tests/crash/test_soak.py tests/crash/test_soak_plants.py
KILLING = $(filter-out $(SOAKS),$(wildcard tests/crash/test_*.py))
KEEPING = tests/contract/engine tests/integration/engine tests/integration/rebuild $(ON_THE_ROAD)
# These measure, so they have the machine to themselves.
ALONE = $(SOAKS) tests/bench
PIP := $(BIN)/python -m pip --disable-pip-version-check
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
UV_VERSION := 0.13.9
# Extra options for radar, such as: make demo ARGS="--fresh --data /tmp/radar"
ARGS ?=

.PHONY: help
help: ## List the targets
	@echo "Radar. Start with: make demo"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|' 2>/dev/null \
		|| sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 - \2/p' $(MAKEFILE_LIST)

.PHONY: demo
demo: setup ## Start everything, replay a simulated Drenthe, stay up with the pages
	@$(BIN)/radar demo $(ARGS)

.PHONY: demo-check
demo-check: setup ## The same, compared with the published figures; ends with 0 when they agree
	@$(BIN)/radar demo --check $(ARGS)

.PHONY: setup
setup: $(STAMP) ## Make .venv with everything locked by hash (the other targets do it themselves)

$(STAMP): pyproject.toml requirements.lock
	@python=; for candidate in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c '$(SUPPORTED)' 2>/dev/null; then python=$$candidate; break; fi; done; \
	if [ "$$(uname -s)-$$(uname -m)" != Linux-x86_64 ]; then \
		echo "Radar's local servers are built for Linux on x86-64 only; use such a machine or container." >&2; exit 1; fi; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11, 3.12 or 3.13 is missing: install one (Debian: apt-get install python3 python3-venv), or name it: make setup PYTHON=/path/to/python3" >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)." >&2; exit 1; fi; \
	if ! $(BIN)/python -c '$(SUPPORTED)' 2>/dev/null; then \
		echo "Making $(VENV) with $$("$$python" --version)"; "$$python" -m venv --clear $(VENV); fi
	@echo "Installing the locked packages (about 300 MB the first time)"
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@echo "Installing Radar itself, editable"
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: check
check: setup ## Lint, types, imports and the fast tests; changes nothing, needs no server
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target static fast-tests

.PHONY: fast-tests
fast-tests: setup
	@echo "Fast tests"; $(BIN)/pytest --quiet --numprocesses=2 $(FAST_TESTS)

.PHONY: static
static: setup
	@echo "Style"; $(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@echo "Types"; $(BIN)/mypy $(ROOMS) tests
	@echo "Import directions"; $(BIN)/lint-imports > $(VENV)/lint-imports.txt || { cat $(VENV)/lint-imports.txt; exit 1; }

.PHONY: fix
fix: setup ## Repair what the linter and the formatter can repair
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

.PHONY: test
test: setup test-prerequisites static ## Everything CI runs: all tests, on real servers
	@$(BIN)/pytest --numprocesses=2 $(NEED_NO_SERVER)
	@$(MAKE) --no-print-directory engine-on-servers
	@$(BIN)/pytest tests $(addprefix --ignore=,$(NEED_NO_SERVER) $(KILLING) $(KEEPING) $(ALONE))

.PHONY: test-engine
test-engine: setup ## The engine's share of the tests: simulator, kills, outages, rebuilds, soaks
	@$(BIN)/pytest --quiet --numprocesses=2 tests/simulator tests/unit/engine tests/unit/soak
	@$(MAKE) --no-print-directory engine-on-servers

.PHONY: engine-on-servers killing keeping
engine-on-servers: setup
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target killing keeping
	@$(BIN)/pytest $(ALONE)

killing keeping: setup
	@$(BIN)/pytest $(if $(filter killing,$@),$(KILLING),$(KEEPING))

# Faults and seed of the long soak: make test-long FAULTS=1000 SEED=3
FAULTS ?= 200
SEED ?= 1

.PHONY: test-long
test-long: setup ## What takes long: a soak of FAULTS faults, 5,000 to 10,000 examples a property, the benches
	@HYPOTHESIS_PROFILE=long $(BIN)/pytest --quiet --timeout 3600 tests/property \
		tests/integration/figures/test_other_regions.py \
		tests/integration/figures/test_oracle.py \
		tests/integration/figures/test_facts_in_any_order.py
	@$(BIN)/radar soak --faults $(FAULTS) --seed $(SEED) --json
	@$(BIN)/radar bench pipeline --events 20000 --rounds 1 --json
	@$(BIN)/radar bench latency --seconds 10 --json
	@$(BIN)/radar bench rebuild --events 100000 --json
	@$(BIN)/radar bench restart --repetitions 2 --json
	@$(BIN)/radar bench fold --events 200000 --json
	@$(BIN)/radar bench report --sizes 200000,1000000 --json

.PHONY: test-prerequisites
test-prerequisites:
	@missing=; \
	if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then \
		echo "The browser tests need Chromium: apt-get install chromium" >&2; missing=1; fi; \
	if ! command -v promtool >/dev/null; then \
		echo "The alert tests need promtool: apt-get install prometheus" >&2; missing=1; fi; \
	if [ -n "$$missing" ]; then echo "Without them: make check. As root, .ci/run installs them." >&2; exit 1; fi

.PHONY: wheel-smoke
wheel-smoke: setup ## Build the wheel, install it in a clean environment and try it there
	@$(BIN)/pytest --quiet tests/wheel

.PHONY: lock
lock: setup ## Resolve pyproject.toml into requirements.lock again (keeps what still fits)
	@$(PIP) install --quiet uv==$(UV_VERSION)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --all-extras \
		--custom-compile-command "make lock" pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--custom-compile-command "make lock" tests/bench/quix.in --output-file tests/bench/quix.lock

.PHONY: clean
clean: ## Remove what make made here; data of a demo and the shared cache stay
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(ROOMS) tests -name __pycache__ -type d -prune -exec rm -rf {} +

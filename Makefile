# make help    what there is
# Everything installs itself: a Python environment in .venv, and distribution packages where they are missing.

SHELL := /bin/bash
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
BIN := .venv/bin
LAB_HOSTS ?= 3
APT := $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get

.PHONY: help demo test check lab-up lab-down lab-build bench clean

help: ## Show this help
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/.run: pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "opsengine needs Python 3.11 or newer: apt-get install python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { $(APT) update -qq; $(APT) install -y -qq python3-venv; }
	@echo "Making the Python environment in .venv"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install -q --disable-pip-version-check -e .
	@touch $@

.venv/.dev: .venv/.run
	@echo "Installing what tests need"
	@$(BIN)/pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

OPSENGINE := $(SUDO) $(BIN)/opsengine
DEMO := -i inventories/local.yml playbooks/docker-host.yml

demo: .venv/.run ## Make this machine a Docker host: dry run, run, and a second run that changes nothing
	@mkdir -p reports
	@printf '\n== 1. What would change (dry run): opsengine run %s --check --diff\n\n' "$(DEMO)"
	@$(OPSENGINE) run $(DEMO) --check --diff --report reports/demo-dry-run.html
	@printf '\n== 2. Change it: opsengine run %s\n\n' "$(DEMO)"
	@$(OPSENGINE) run $(DEMO) --report reports/demo.html
	@printf '\n== 3. Again: nothing is left to change\n\n'
	@$(OPSENGINE) run $(DEMO) --report reports/demo-again.html | tee reports/demo-again.txt
	@grep -q 'localhost.*changed=0 .*failed=0' reports/demo-again.txt || { echo "the second run changed something"; exit 1; }
	@printf '\nReports: %s/reports/demo.html (and demo-dry-run.html, demo-again.html)\n\nNext:\n' "$$PWD"
	@printf '  %s\n' '$(BIN)/opsengine run --help' '$(BIN)/opsengine doc docker_container' \
		'edit inventories/local.yml, then: $(BIN)/opsengine run $(DEMO) --check --diff' \
		'make lab-up, then: $(BIN)/opsengine run -i inventories/lab.yml playbooks/docker-host.yml --check --diff'

check: .venv/.dev ## Lint and type checks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test: check lab-build ## Everything: checks, unit, contract, conformance, integration with the lab, faults
	@$(BIN)/python -m pytest $(PYTEST)

lab-build: .venv/.dev ## Build the images of the lab's hosts (once, cached)
	@$(BIN)/python -m tests.lab build || [ -z "$$CI" ]

lab-up: .venv/.dev ## Start real hosts to play with, and write inventories/lab.yml (LAB_HOSTS=3)
	@$(BIN)/python -m tests.lab up --hosts $(LAB_HOSTS)

lab-down: .venv/.dev ## Remove them
	@$(BIN)/python -m tests.lab down

bench: .venv/.dev ## Measure beside ansible-core, mitogen and pyinfra (needs root; a quarter of an hour)
	@$(BIN)/python -m benchmarks

clean: ## Remove what was made here
	@rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

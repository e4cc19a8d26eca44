# Everything one does with a checkout; `make` alone lists it. GNU make, bash and Python 3.11, as a bare Debian 12 has them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PYTHON :=
PACKAGES := tests/servers/debian-packages.txt
# The suite is mostly waiting and computing by turns; two workers fill two cores and no test minds. make test WORKERS=4
WORKERS := 2
EVERY := 1
SECONDS := 600
PYTEST := $(BIN)/pytest -n $(WORKERS) --dist loadgroup

# pip tells every package it fetches; here each is a dot. Its warnings are kept aside and shown where it fails.
SAID := $(VENV)/pip-said.txt
FAILED := { echo; cat $(SAID) >&2; exit 1; }
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --constraint deploy/constraints.txt --progress-bar off
DOTS := awk '/^(Collecting|Obtaining)/ { printf "."; fflush() } /^Successfully installed/ { n = NF - 2; printf " %d packages\n", n } '

.PHONY: help install install-dev demo run test test-pbx check lint bench fuzz crash chaos docs model lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

install: $(VENV)/.runtime ## The program into .venv, with what it needs to run
install-dev: $(VENV)/.dev ## The same and what the tests need

# One interpreter, one pip: the stamps say that pyproject.toml and the pinned versions are installed as they stand.
$(BIN)/python:
	@bash deploy/make-venv.sh $(VENV) $(PYTHON)
$(VENV)/.runtime: pyproject.toml deploy/constraints.txt | $(BIN)/python
	@printf 'Installing into $(VENV) '
	@$(PIP) --editable . 2> $(SAID) | $(DOTS) || $(FAILED)
	@touch $@
$(VENV)/.dev: pyproject.toml deploy/constraints.txt | $(BIN)/python
	@printf 'Installing into $(VENV), with the tests'\'' tools '
	@$(PIP) --editable '.[dev]' 2> $(SAID) | $(DOTS) || $(FAILED)
	@touch $@ $(VENV)/.runtime

demo: install ## A day at the hotline, played on this machine; nothing to set up
	@$(BIN)/hotline-bridge demo

run: install ## The service on its embedded default; everything below ./var
	@$(BIN)/hotline-bridge run

test: install-dev ## The whole suite, with real Dovecot, Postfix, PostgreSQL and Asterisk (installed where missing)
	@bash deploy/debian-packages.sh @$(PACKAGES)
	@$(BIN)/python -m tests.servers.asterisk_tree
	@$(PYTEST)

test-pbx: install-dev ## Real calls on a real Asterisk alone: cases, recordings, lines cut, calls out (docs/telephony.md)
	@bash deploy/debian-packages.sh @$(PACKAGES)
	@$(BIN)/python -m tests.servers.asterisk_tree
	@$(BIN)/pytest -n0 -vv -p no:cacheprovider tests/pbx

check: lint ## Before a commit: lint, and the quick tests that need no server
	@$(PYTEST) -m 'not real and not slow' --ignore tests/crash

lint: install-dev ## ruff, mypy, the floors of the house, and whether generated pages are fresh
	@echo 'ruff';         $(BIN)/ruff check --quiet .
	@echo 'mypy';         $(BIN)/mypy --no-error-summary
	@echo 'lint-imports'; $(BIN)/lint-imports --no-logo > $(VENV)/lint-imports.txt || { cat $(VENV)/lint-imports.txt; exit 1; }
	@echo 'pages';        $(BIN)/pytest -p no:cacheprovider tests/test_rules.py tests/test_packaging.py -k fresh

crash: install-dev ## Kill the daemon at every line on SQLite and PostgreSQL, start again, count (long; EVERY=10 takes a tenth)
	@for database in sqlite postgres; do $(BIN)/python -m tests.crash.walk --database $$database --every $(EVERY); done

fuzz: install-dev ## Damage mails and exports for SECONDS (600) and read them: nothing but a clear error may come out
	@$(BIN)/python -m tests.formats.fuzz $(SECONDS)

chaos: install-dev ## Break the line to real mail servers at every state of IMAP and SMTP, and count (a minute)
	@$(BIN)/python -m tests.chaos.matrix

bench: install-dev ## Measure: mails, forms, start-up (see bench/README.md)
	@for file in bench/[a-z]*.py; do name=$${file##*/}; echo "== $$name"; $(BIN)/python -m "bench.$${name%.py}"; done

docs: install-dev ## Write the generated pages anew: docs/rules.md, docs/configuration.md, docs/templates.md
	@$(BIN)/python -m tests.rules_index
	@$(BIN)/python -m tests.docs_index
	@$(BIN)/python -m tests.templates_index

# The shipped model is trained from the shipped texts alone, beside no model: the same texts give the same figures.
model: install-dev ## Train the shipped model of triage anew from routing/corpus, with its card (docs/model-card.md)
	@HOTLINE_TABLES__USE_MODEL=false $(BIN)/hotline-bridge triage train --no-desk --out routing/trained/complaints.model --card docs/model-card.md

lock: ## Choose the newest versions pyproject.toml allows and pin them in deploy/constraints.txt
	@bash deploy/lock.sh deploy/constraints.txt $(PYTHON)

clean: ## Remove .venv, caches and what demos left; ./var itself may hold cases and stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage build dist *.egg-info var/demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

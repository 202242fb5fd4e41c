# Everything a person or a machine does with this tree.  `make demo` shows the program, `make test` proves it.
# pip and apt use this machine's own configuration; nothing here names a registry, a port or a path outside the tree.

.NOTPARALLEL:
.PHONY: help setup system demo test lint types contracts unit bench messages docs lock clean

BIN := .venv/bin
INSTALLED := .venv/.installed
COMPILED := .venv/.messages
CATALOGUES := $(wildcard core/messages/*/*.po)
JOBS ?= 2

help:
	@echo 'make demo      set up, then show the main job from end to end with invented people'
	@echo 'make test      set up, then lint, types, import contracts and tests on SQLite and PostgreSQL'
	@echo 'make setup     a virtual environment in .venv with everything at its locked version'
	@echo 'make system    Debian packages the tests need (as root; otherwise says which are missing)'
	@echo 'make lint      style; make types: types; make contracts: who may import whom; make unit: tests alone'
	@echo 'make bench     measurements: a table, then JSON lines'
	@echo 'make docs      write config.example.toml and docs/commands.md anew from the program'
	@echo 'make messages  compile the catalogues; make lock: renew the lock files; make clean: undo make setup'

setup: $(INSTALLED) $(COMPILED)

.venv/bin/python:
	@set -e; for name in python3 python3.11 python3.12 python3.13 python3.14; do \
	    if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; done; \
	if [ -z "$$python" ]; then echo 'Python 3.11 or newer is needed: apt-get install python3 python3-venv' >&2; exit 1; fi; \
	if ! $$python -c 'import ensurepip' 2>/dev/null; then \
	    if [ "$$(id -u)" = 0 ]; then apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy python3-venv; \
	    else echo 'This Python cannot make virtual environments: apt-get install python3-venv' >&2; exit 1; fi; fi; \
	$$python -m venv .venv

$(INSTALLED): .venv/bin/python requirements-dev.lock pyproject.toml hatch_build.py
	$(BIN)/python -m pip install -qq --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	@touch $@

$(COMPILED): $(INSTALLED) $(CATALOGUES)
	$(BIN)/python core/messages/compile.py
	@touch $@

messages: $(INSTALLED)
	$(BIN)/python core/messages/compile.py
	@touch $(COMPILED)

system:
	@missing=; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	[ -x /usr/sbin/sshd ] || command -v sshd >/dev/null || missing="$$missing openssh-server"; \
	command -v ssh >/dev/null || missing="$$missing openssh-client"; \
	command -v tmux >/dev/null || missing="$$missing tmux"; \
	command -v pdftotext >/dev/null || missing="$$missing poppler-utils"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends $$missing; \
	else echo "Some tests will fail until these packages are installed:$$missing" >&2; fi

demo: setup
	$(BIN)/rekisteri demo

test: system setup lint types contracts unit

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

contracts: setup
	$(BIN)/lint-imports

# The same examples every time: what is green here is green elsewhere.  A bare pytest looks for new ones.
unit: export CI = 1
unit: setup
	$(BIN)/pytest -n $(JOBS)

docs: setup
	$(BIN)/python -m core.config > config.example.toml
	$(BIN)/python -m tui.cli.reference > docs/commands.md

bench: setup
	$(BIN)/python -m benchmarks

# Written without addresses, so that a lock serves whoever has a registry of their own.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host
lock: setup
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find core integrations tui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	rm -f core/messages/*/*.mo

# Whisperdesk: what people, the git hook and CI type. `make help` lists it.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run demo-reset test tested check guards lock bench fuzz packages packages-dev

# The Python to make .venv with, and where the pages are served.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000

bin := .venv/bin
# Held while the desk runs, so that its data are not thrown away under it.
running := flock --no-fork --nonblock .venv/running
manage := $(bin)/python manage.py

help: ## Say what there is to type.
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: packages ## Start the desk: a demo here, or the real thing when there is a .env.
	@$(manage) prepare --host $(HOST) --port $(PORT)
	@# Whatever ends us (Ctrl-C, a closed terminal, kill), honcho is told and waited for, and gpg's agents go last.
	@processes=$$($(manage) processes) || exit; \
	  LISTEN=$(HOST):$(PORT) env --ignore-signal=HUP $(running) $(bin)/honcho --no-colour --no-prefix -e /dev/null -f helpdesk/Procfile -d . start $$processes & \
	  honcho=$$!; told=; trap 'told=1; kill $$honcho 2>/dev/null' INT TERM HUP; \
	  while kill -0 $$honcho 2>/dev/null; do wait $$honcho; ended=$$?; done; \
	  $(manage) stop_gpg; echo "Whisperdesk has stopped."; [ -n "$$told" ] || exit $$ended

demo-reset: packages ## Throw the demo's data away; the next `make run` makes it anew.
	@$(running) $(manage) demo --reset || { echo "Nothing was thrown away. If the desk is running, stop it first (Ctrl-C)." >&2; exit 1; }

test: packages-dev ## Everything: checks, then all tests on SQLite and on PostgreSQL, with real servers.
	@tests/servers/packages
	@$(MAKE) --no-print-directory check
	@$(bin)/python -m tests.servers $(MAKE) --no-print-directory tested
	@$(MAKE) --no-print-directory guards GUARDS="--sample 20"

# Run by `make test` between the start and the end of the servers.
tested:
	@rm -f .coverage
	env -u DATABASE_URL $(bin)/python -m pytest -q --cov --cov-report= -m "not (servers or browser or faults)"
	$(bin)/python -m pytest -q --cov --cov-report= --cov-append
	@$(bin)/python -m tests.floors

check: packages-dev ## What a machine can see without running the desk, cheapest first.
	$(bin)/ruff format --check --output-format concise .
	$(bin)/ruff check .
	$(bin)/lint-imports
	$(bin)/djlint templates --check --lint --quiet
	$(bin)/mypy .
	env -u DATABASE_URL -u REDIS_URL $(manage) makemigrations --check --dry-run
	env -u DATABASE_URL -u REDIS_URL $(manage) check --fail-level WARNING

guards: packages-dev ## Remove each guard against an attack by itself, and see that a test misses it (GUARDS="words").
	@$(bin)/python -m tests.guards $(GUARDS)

bench: packages-dev ## How long things take, on throw-away servers.
	@$(bin)/python -m tests.servers --durable $(bin)/python -m tests.bench

fuzz: packages-dev ## Rubbish for every reader of mail, until stopped or for MINUTES=; what breaks one is kept as a case.
	@$(bin)/python -m tests.fuzz $(MINUTES)

lock: packages-dev ## Write both lock files anew from pyproject.toml (needs uv).
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes pyproject.toml -o requirements.txt
	uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --generate-hashes pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

# The packages are installed again only when a lock file says something else than the copy kept in .venv.
packages:
	@cmp -s requirements.txt .venv/locked.txt || $(MAKE) --no-print-directory .venv/locked.txt

packages-dev: packages
	@cmp -s requirements-dev.txt .venv/locked-dev.txt || $(MAKE) --no-print-directory .venv/locked-dev.txt

.PHONY: .venv/locked.txt .venv/locked-dev.txt
.venv/locked.txt: requirements.txt .venv/bin/python
	@echo "Installing the packages that requirements.txt names…"
	@$(bin)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.txt
	@cp requirements.txt $@

.venv/locked-dev.txt: requirements-dev.txt .venv/bin/python
	@echo "Installing the packages for tests that requirements-dev.txt names…"
	@$(bin)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@cp requirements-dev.txt $@

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Whisperdesk needs Python 3.11 or newer. Name one: make run PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "Python cannot make environments here. As root: apt-get install python3-venv" >&2; exit 1; }
	@command -v gpg >/dev/null || { echo "gpg is missing. As root: apt-get install gnupg" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

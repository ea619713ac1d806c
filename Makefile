# `make align` runs the main job on the corpus in the repo, with our seeds, `make test` the tests; both set up all they
# need first.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
READY := $(VENV)/.ready

.PHONY: align test check fix bench damage cost clean
.DEFAULT_GOAL := align

$(READY): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "$(PYTHON): is older than 3.11; run: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[e5,parquet,pdf,ray,review,dev]'
	touch $@

align: $(READY)
	$(BIN)/align corpus --seeds seeds

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python benchmarks/quality.py --data ../shared/data

damage: $(READY)
	$(BIN)/python benchmarks/damage.py --data ../shared/data

cost: $(READY)
	$(BIN)/python benchmarks/cost.py --data ../shared/data --sample 0.02

clean:
	rm -rf $(VENV) build dist *.egg-info outputs/*

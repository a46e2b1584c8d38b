# Sayso: two commands matter, `make demo` and `make test`. Each sets up .venv by itself.
SHELL := /bin/bash
.DELETE_ON_ERROR:
PYTHON ?=
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.PHONY: demo test test-all check fmt bench docs lock clean

demo: .venv/core
	@$(BIN)/sayso demo

test: .venv/dev
	@$(BIN)/python -m pytest -n 3 $(ARGS)

test-all: .venv/dev .venv/pipecat
	@$(BIN)/python -m pytest -n 2 -m "slow or not slow" $(ARGS)

check: .venv/dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python tools/rules.py src
	@$(BIN)/python tools/help_page.py --check

fmt: .venv/dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: .venv/bench
	@$(BIN)/python -m benchmarks $(ARGS)

docs: .venv/dev
	@$(BIN)/python tools/help_page.py

lock:
	@$(BIN)/python tools/lock.py

clean:
	rm -rf .venv demo .bench

.venv/python:
	@tools/venv.sh "$(PYTHON)"

.venv/core: .venv/python requirements/core.lock pyproject.toml
	@tools/install.sh core

.venv/dev: .venv/core requirements/dev.lock
	@tools/install.sh dev

.venv/pipecat: .venv/python requirements/pipecat.lock
	@tools/apart.sh pipecat

.venv/bench: .venv/dev requirements/bench.lock
	@tools/install.sh bench

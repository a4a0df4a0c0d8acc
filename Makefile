# Every target that needs the environment builds it first; nothing but Python 3.11+ and make is assumed.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PACKAGES := gateway connectors graph policies

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-long lint typecheck serve bench mutants docs clean requirements

help:            ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

setup: $(STAMP)  ## build .venv from the pinned, hashed requirements

# The pins are complete, so pip takes them as they stand (--no-deps): resolving anew, it would refuse `coverage[toml]`
# as soon as a newer one than the pinned is published.
$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "muniment needs Python 3.11 or later; set PYTHON=" >&2; exit 2; }
	@echo "building $(VENV) from the pinned requirements; the first time takes a minute or two" >&2
	@if command -v uv >/dev/null 2>&1; then \
	  uv venv -q --allow-existing --seed --python $(PYTHON) $(VENV) && \
	  VIRTUAL_ENV=$(abspath $(VENV)) uv pip sync -q --compile-bytecode --require-hashes requirements/dev.txt && \
	  VIRTUAL_ENV=$(abspath $(VENV)) uv pip install -q --no-deps --no-build-isolation --editable . ; \
	else \
	  $(PYTHON) -m venv $(VENV) && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt && \
	  $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

demo: $(STAMP)   ## license, query, refuse, revoke: the whole story on this machine
	@$(BIN)/muniment demo $(ARGS)

test: $(STAMP)   ## all tests that this machine can run
	@$(BIN)/python -m pytest -n auto $(ARGS)

test-long: $(STAMP)  ## the story under 60 kills instead of 15, then each law of policies on 100,000 cases; over an hour
	@MUNIMENT_KILLS=60 $(BIN)/python -m pytest tests/e2e/test_crash.py $(ARGS)
	@MUNIMENT_LAW_CASES=100000 $(BIN)/python -m pytest -n auto --dist load tests/property/policies/test_laws_of_*.py $(ARGS)

lint: $(STAMP)   ## style, import contracts
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

typecheck: $(STAMP)  ## mypy strict and pyright
	@$(BIN)/mypy && $(BIN)/pyright

serve: $(STAMP)  ## serve a gateway on embedded defaults
	@$(BIN)/muniment serve $(ARGS)

bench: $(STAMP)  ## ratios against named peers
	@$(BIN)/python -m benchmarks.run $(ARGS)

# From scratch, because results are kept as long as the code is the same, whatever became of the tests.
mutants: $(STAMP)  ## change the core of the policies by machine, and count the changes that tests notice
	@rm -rf mutants
	@$(BIN)/mutmut run $(ARGS)
	@$(BIN)/mutmut results --all true | $(BIN)/python -m tests.mutants

docs: $(STAMP)   ## build the site into site/
	@$(BIN)/mkdocs build --strict --quiet --site-dir site

requirements: $(STAMP)  ## compile the pins anew (needs uv)
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header pyproject.toml -o requirements/run.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header pyproject.toml --group dev -o requirements/dev.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header --group pyproject.toml:build -o requirements/build.txt
	@uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header requirements/peers.in -o requirements/peers.txt

clean:           ## remove everything that was built
	@rm -rf $(VENV) build dist site mutants .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*

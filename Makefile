# What each target does stands behind its name: `make help` prints it. The work is in scripts/.
PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
VENV := .venv/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup run test bench lint fmt messages need-python need-dev

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '%-16s %s\n' "$$name" "$$text"; done

need-python:
	@[ -n "$(PYTHON)" ] || { echo "moa: python3.11 is missing. On Debian and Ubuntu: apt-get install python3.11 python3.11-venv"; exit 1; }

need-dev: need-python
	@$(PYTHON) scripts/setup.py --dev --quiet

setup: need-python ## make .venv and install the pinned requirements
	@$(PYTHON) scripts/setup.py

run: need-python ## start the site and its task worker (PORT=8000)
	@$(PYTHON) scripts/run.py

test: need-python ## run every test (ARGS="tests/ml -k store" for some)
	@$(PYTHON) scripts/test.py $(ARGS)

bench: need-dev ## print the speeds that the site is judged by
	@$(VENV)/python -m benchmarks $(ARGS)

lint: need-dev ## style, types, layers, migrations, deployment checks
	@$(VENV)/ruff check . && $(VENV)/ruff format --check .
	@$(VENV)/python -m pytest -q tests/infra/test_quality.py

fmt: need-dev ## format the code
	@$(VENV)/ruff check --fix . ; $(VENV)/ruff format .

messages: need-python ## merge locale/parts into the Korean translation
	@$(PYTHON) scripts/messages.py

# The commands of the project. `make run` and `make test` set up all they need first, once.
PYTHON ?= python3
VENV ?= .venv
ARGS ?=
PYTEST_ARGS ?=
# Processes of tests, each with whole files, so that a file's server and browser are started once: half of a test is waiting,
# so that three keep two cores busy.
WORKERS ?= 3

# In quotes, since a home may have a space in its name.
PY := "$(VENV)/bin/python"
SETUP := $(PYTHON) -m tools.setup --venv "$(VENV)"
TYPED := $(wildcard app.py) $(if $(wildcard ui/*.py),ui) $(if $(wildcard backend/*.py),backend) tools/setup tests/left_out.py tests/dearest_first.py

.DEFAULT_GOAL := help
.PHONY: help run test bench lint format setup setup-dev clean

help:  ## Show these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup  ## Start the playground (ARGS="--port 7861" passes options on)
	@$(PY) app.py $(ARGS)

test: export HF_HUB_OFFLINE = 1
# The embedded model is too small for two threads to help, and where others use the cores too they wait for each other.
test: export OMP_NUM_THREADS ?= 1
test: setup-dev  ## Test everything but the slow and the system tests
	@$(PY) -m pytest -p tests.left_out -p tests.dearest_first -n $(WORKERS) --dist loadfile --no-loadscope-reorder \
		-m "not slow and not system" $(PYTEST_ARGS)

bench: export HF_HUB_OFFLINE = 1
bench: setup-dev  ## Print the benchmark tables
	@$(PY) -m tests.benchmarks $(ARGS)

lint: setup-dev  ## Check style, the dependency rule, types, the page's scripts and the Dockerfile
	@failed=; \
	$(PY) -m ruff check . || failed=1; \
	$(PY) -m ruff format --check . || failed=1; \
	"$(VENV)/bin/lint-imports" --no-cache --no-logo || failed=1; \
	$(PY) -m mypy $(TYPED) || failed=1; \
	if ! command -v npm >/dev/null; then echo "the page's scripts were left out: there is no npm here"; \
	elif ! test -d node_modules; then echo "the page's scripts were left out: run npm ci once"; \
	else npm run --silent lint || failed=1; fi; \
	! test -x "$(VENV)/bin/hadolint" || "$(VENV)/bin/hadolint" Dockerfile || failed=1; \
	test -z "$$failed"

format: setup-dev  ## Put the code in order
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

setup:
	@$(SETUP)

setup-dev:
	@$(SETUP) --dev

clean:  ## Remove the environment and the tools' caches (never your images in data/)
	@test ! -e "$(VENV)" || test -f "$(VENV)/pyvenv.cfg" || { echo "$(VENV) is no virtual environment: left alone"; exit 1; }
	rm -rf "$(VENV)" .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The two commands of the README are `make demo` and `make test`; each sets up all it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Tests run in more processes than there are cores: threads on top of that wait for each other.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 OPENCV_FOR_THREADS_NUM=1 POLARS_MAX_THREADS=1

.PHONY: demo test ui check lock bench bench-check clean
.DEFAULT_GOAL := demo

demo: $(VENV)/base  ## make clips from real faces, turn them into a dataset of people
	$(BIN)/framecurate demo

test: $(VENV)/dev  ## run all tests
	$(ONE_THREAD) $(BIN)/python -m pytest --numprocesses auto --dist worksteal

ui: $(VENV)/base  ## Dagster's pages on this project: assets, lineage, checks, pictures
	$(BIN)/framecurate ui

check: $(VENV)/dev  ## lint, types, and that Dagster can load the definitions
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m framecurate_assets.definitions

bench: $(VENV)/dev  ## print every figure that the documentation quotes, as Markdown
	$(BIN)/python -m benchmarks

bench-check: $(VENV)/dev  ## nothing lost and nothing much slower than recorded? Some minutes: for the night
	$(BIN)/python -m benchmarks.check

# A stamp a lock file: nothing is installed twice, and everything again when a lock file changes.
$(VENV)/python:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13) and "framecurate needs Python 3.11 or 3.12, not " + sys.version.split()[0] + ": make PYTHON=python3.11 demo")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/base: $(VENV)/python requirements/build.lock requirements/base.lock pyproject.toml
	@echo "Installing framecurate's dependencies into $(VENV) (a minute or two, once) ..."
	$(PIP) install --require-hashes --no-deps -r requirements/build.lock
	$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/base.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/dev: $(VENV)/base requirements/dev.lock
	@echo "Installing the test tools into $(VENV) ..."
	$(PIP) install --require-hashes --no-deps -r requirements/dev.lock
	touch $@

UV_COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	--override requirements/overrides.txt --excludes requirements/excludes.txt

lock:  ## pin the newest versions that pyproject.toml allows (needs uv)
	$(UV_COMPILE) requirements/build.in -o requirements/build.lock
	$(UV_COMPILE) pyproject.toml -o requirements/base.lock
	$(UV_COMPILE) pyproject.toml --extra dev -c requirements/base.lock -o requirements/dev.lock

clean:  ## remove what was installed; the data folder stays
	rm -rf $(VENV)

# `make demo` and `make test` set up what they need on a machine with Python >= 3.11.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := $(sort $(shell find flow states adapters -type f -not -name '*.pyc'))
JOBS ?= auto
# Tests that mostly wait for other processes, browsers and databases, or go again where the traced ones have been:
# to trace all of these takes half of the time.
UNTRACED := tests/browser tests/soak tests/typing tests/test_examples.py tests/test_wheel.py \
	tests/states/test_every_setting.py tests/states/test_random_walks.py \
	$(addprefix tests/journeys/test_,clock.py documented_errors.py killed.py many_at_once.py many_workers.py \
	state_machine.py store_faults.py threads_on_databases.py transport_faults.py up.py)

# A module that a test's process has compiled is not compiled again by each of the next ones.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench bench-check diagrams screenshots soak mutants format clean
.DELETE_ON_ERROR:

# Strict editable mode links each file, so a new file needs the install again: the list of files is the stamp.
$(VENV)/files: FORCE
	@mkdir -p $(VENV)
	@printf '%s\n' $(SOURCES) | cmp -s - $@ || printf '%s\n' $(SOURCES) > $@
FORCE:

$(VENV)/ready: pyproject.toml $(VENV)/files
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1' 'setuptools>=77'
	$(BIN)/python -m pip install --quiet --editable '.[cli]' --config-settings editable_mode=strict
	$(BIN)/python -m pip install --quiet --group test --group check
	@touch $@

demo: $(VENV)/ready
	$(BIN)/esozflow demo

test: $(VENV)/ready
	$(BIN)/coverage erase
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report= $(addprefix --ignore=,$(UNTRACED))
	$(BIN)/coverage report --include='*/flow/*,*/states/*' --fail-under=100
	$(BIN)/coverage report --include='*/adapters/*' --fail-under=95
	$(BIN)/python -m pytest -n $(JOBS) $(UNTRACED)

check: $(VENV)/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p esozflow.flow -p esozflow.states -p esozflow.adapters -p bench -p tests.mutants
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python diagrams/generate.py --check
	$(BIN)/esozflow check

# The engines that it compares with live in build/bench-peers, which it makes.
bench: $(VENV)/ready
	$(BIN)/python -m bench $(BENCH_OPTIONS)

bench-check: $(VENV)/ready
	$(BIN)/python -m bench.check

diagrams: $(VENV)/ready
	$(BIN)/python diagrams/generate.py

screenshots: $(VENV)/ready
	$(BIN)/python docs/screenshots.py

soak: $(VENV)/ready
	SOAK=1 $(BIN)/python -m pytest -n $(JOBS)
	$(BIN)/python -m tests.soak $(SOAK_OPTIONS)

# An hour or more on two cores; a run that was stopped goes on where it was.
mutants: $(VENV)/ready
	$(BIN)/python -m pip install --quiet --group mutants
	nice $(BIN)/python -m tests.mutants $(MUTANTS_OPTIONS)

format: $(VENV)/ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage*

# Evercite in few words; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
JUDGES := .venv-judges
SEEDS ?= seeds
# The pins reach build isolation, too: older pips hand the first variable on, newer ones read the second.
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_BUILD_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help night demo test proof check golden bench docs
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

night: $(VENV)/ready ## one night over SEEDS (default: seeds/)
	@$(BIN)/evercite night --seeds $(SEEDS); status=$$?; \
	echo "status $$status"; \
	case $$status in 0|1|4) ;; *) exit $$status ;; esac

demo: $(VENV)/ready-test ## seven simulated nights against the fake web of the tests
	@$(BIN)/python -m tests.demo demo

test: $(VENV)/ready-test ## style, types, import floors and all tests but the long proofs
	@sh bin/programs
	$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -m "not proof" -n 3 --dist loadfile

proof: $(VENV)/ready-test $(JUDGES)/ready ## the long proofs
	$(BIN)/python -m pytest -m proof -n 2 --dist loadfile; status=$$?; [ $$status = 5 ] || exit $$status

check: $(VENV)/ready-test ## ruff, mypy and the import floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

golden: $(VENV)/ready-test ## write the golden files anew from EVERCITE_BRIEFINGS
	$(BIN)/python -m tests.golden_briefings

bench: $(VENV)/ready-test $(BENCH)/ready ## measure, side by side with peers; writes docs/benchmarks.md
	$(BIN)/python -m bench $(SUITES)

docs: $(VENV)/ready-test ## make the pictures of docs/ anew
	@sh bin/programs
	$(BIN)/python -m tests.pictures

$(BIN)/python:
	sh bin/venv $(PYTHON) $(VENV)

# Other people's archive tools, GPL among them: an environment of their own, with pins of its own.
$(JUDGES)/ready: tests/judges/requirements.txt
	sh bin/venv $(PYTHON) $(JUDGES)
	PIP_CONSTRAINT= PIP_BUILD_CONSTRAINT= $(JUDGES)/bin/python -m pip install -qq -r $<
	@touch $@

$(VENV)/ready: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install -qq -e .
	@touch $@

# The peers have pins of their own: one of them wants older releases than ours.
$(BENCH)/ready: bench/requirements.txt bench/package-lock.json
	sh bin/venv $(PYTHON) $(BENCH)
	@echo '*' > $(BENCH)/.gitignore
	PIP_CONSTRAINT= PIP_BUILD_CONSTRAINT= $(BENCH)/bin/python -m pip install -qq -r $<
	@mkdir -p $(BENCH)/node && cp bench/package.json bench/package-lock.json $(BENCH)/node
	@if command -v npm >/dev/null; then npm ci --silent --prefix $(BENCH)/node; fi
	@touch $@

$(VENV)/ready-test: $(VENV)/ready
	$(BIN)/python -m pip install -qq -e '.[test]'
	@touch $@

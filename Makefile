# The commands of the project; `make help` lists them. Each sets up what it needs.
.DEFAULT_GOAL := help
.PHONY: help run test lint types format bench bench-memory bench-programs bench-soak bench-chaos bench-llm bench-peers bench-builtin bench-builtin-speed bench-journal bench-watching bench-web bench-export soak torture trainers acceptance acceptance-systemd clean

VENV ?= .venv
PYTHON ?= python3
OUT ?= out
BIN := $(VENV)/bin
# Many tests wait for a process more than they compute.
WORKERS ?= $(shell expr 2 '*' $$(nproc))
SYSTEMD_ROOT = $(or $(CODEIOD_SYSTEMD_ROOT),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/codeiod/systemd-root)

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 16

run: $(VENV)/.run ## Turn examples/ into a dataset with the built-in teacher; its funnel and three samples
	$(BIN)/codeiod run examples --out $(OUT) --teacher builtin --set sandbox.minimum_level=1
	@$(BIN)/codeiod check $(OUT)
	@ls -l $(OUT)/dataset/*/*.jsonl $(OUT)/rejects/*.jsonl $(OUT)/report.json
	@$(BIN)/codeiod show $(OUT) --samples 3

test: $(VENV)/.dev ## Run all tests (add ARGS="-k word" for some of them)
	@sh requirements/system.sh $(VENV)
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(WORKERS) --dist worksteal -q $(ARGS)

lint: $(VENV)/.dev ## Check style, import directions and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/.dev ## Put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-memory bench-sandbox ## Run all benches

bench-memory: $(VENV)/.dev ## Peak memory at 10,000 and at 100,000 items, with fakes
	$(BIN)/python bench/memory.py

bench-sandbox: $(VENV)/.bench ## CPU time an execution, beside other ways to run a program
	$(BIN)/python bench/sandbox.py $(ARGS)

bench-programs: $(VENV)/.science ## Sample 2,137 recorded programs in the sandbox (RECORDED=folder)
	$(BIN)/python bench/programs.py $(RECORDED) $(ARGS)

bench-soak: $(VENV)/.dev ## 50,000 executions in the sandbox, one in five hostile: what leaks, what slows
	$(BIN)/python bench/soak.py $(ARGS)

bench-chaos: $(VENV)/.dev ## Kill, stop and starve the sandbox's processes under load, and count wrong outcomes
	$(BIN)/python bench/chaos.py $(ARGS)

bench-llm: $(VENV)/.science ## The teacher's traffic on a loopback endpoint (RECORDED=folder, peers: make bench-peers)
	$(BIN)/python bench/llm.py $(if $(RECORDED),--recorded $(RECORDED)) $(ARGS)

bench-peers: ## Install the other clients that bench-llm compares with, each in an environment of its own
	sh bench/peers/install.sh .peers $(PYTHON)

bench-builtin: $(VENV)/.science ## What the built-in teacher makes of real files (RECORDED=folder)
	$(BIN)/python bench/builtin.py $(RECORDED) $(ARGS)

bench-builtin-speed: $(VENV)/.run ## How many instances a second the built-in teacher makes (ARGS="150": of so many files)
	$(BIN)/python bench/builtin_speed.py $(ARGS)

bench-journal: $(VENV)/.dev ## The journal with a million items: start, replay, memory, appends (2 GB of disk; ARGS="--folder F")
	$(BIN)/python bench/journal.py $(ARGS)

bench-watching: $(VENV)/.dev ## 50,000 files dropped by four writers, and the daemon killed five times meanwhile
	$(BIN)/python bench/watching.py $(ARGS)

bench-web: $(VENV)/.dev ## The API and its index over a million items, and what it costs a run (3 GB of disk; ARGS="--folder F")
	$(BIN)/python bench/web.py $(ARGS)

bench-export: $(VENV)/.dev ## Exports of three million samples: speed and memory (ARGS="--folder F")
	$(BIN)/python bench/export.py $(ARGS)

soak: $(VENV)/.dev ## Half an hour of a daemon with a faulty teacher: files, limits, reloads; what leaks, what is lost
	$(BIN)/python bench/serve_soak.py $(ARGS)

torture: $(VENV)/.dev ## Crash, cut off, fill and fail the disk under journal and dataset (10 minutes)
	$(BIN)/python bench/torture.py $(ARGS)

trainers: ## Train a step on each export with TRL, and score replies with verifiers (an environment of their own)
	sh requirements/install.sh .trainers $(PYTHON) requirements/trainers.txt
	.trainers/bin/python -m pytest -q tests/dataset/trainers $(ARGS)

acceptance: $(VENV)/.science ## Run recorded files against a recorded teacher (RECORDED=folder)
	$(BIN)/python bench/recorded.py $(RECORDED)

acceptance-systemd: $(VENV)/.dev ## Install the daemon under a real systemd and put it through all that may happen (root, mmdebstrap)
	sh tests/systemd/make_root.sh $(SYSTEMD_ROOT) $(BIN)/python
	CODEIOD_SYSTEMD_ROOT=$(SYSTEMD_ROOT) $(BIN)/pytest tests/systemd -q $(ARGS)

clean: ## Remove the environment and what tools left behind
	rm -rf $(VENV) .trainers build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

$(VENV)/.run: requirements/run.txt pyproject.toml
	sh requirements/install.sh $(VENV) $(PYTHON) requirements/run.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml
	sh requirements/install.sh $(VENV) $(PYTHON) requirements/dev.txt
	@touch $@ $(VENV)/.run

$(VENV)/.bench: requirements/bench.txt requirements/dev.txt pyproject.toml
	sh requirements/install.sh $(VENV) $(PYTHON) requirements/bench.txt
	@touch $@ $(VENV)/.dev $(VENV)/.run

$(VENV)/.science: requirements/science.txt pyproject.toml
	sh requirements/install.sh $(VENV) $(PYTHON) requirements/science.txt
	@touch $@ $(VENV)/.dev $(VENV)/.run

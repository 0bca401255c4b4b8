PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN = .venv/bin
SOURCES = settings.ini setup.py pyproject.toml

.PHONY: demo test docs readme links weights

demo: .venv/demo.done ## re-age a portrait; see demo/grace_hopper_20-80.png
	$(BIN)/reaging demo

test: .venv/test.done ## everything that must hold; the last line says how much did
	$(BIN)/python tools/test.py

docs: .venv/test.done ## the book as a web site, and the page of web/, in _docs
	$(BIN)/python tools/docs.py

readme: .venv/test.done ## README.md from nbs/index.ipynb, and its animation
	$(BIN)/python tools/slider.py
	$(BIN)/python tools/readme.py

weights: .venv/test.done ## the weights in the package, made anew from nothing: hours
	$(BIN)/python tools/weights.py

links: .venv/test.done ## badges, Colab cells and documentation links from the address in pyproject.toml
	$(BIN)/python tools/links.py
	$(BIN)/nbdev-export

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("reaging needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/demo.done: .venv/bin/python $(SOURCES)
	@echo 'Installing PyTorch and the rest: several GB, a few minutes.'
	$(BIN)/pip install -q -e .
	touch $@

.venv/test.done: .venv/bin/python $(SOURCES)
	@echo 'Installing PyTorch and the rest: several GB, a few minutes.'
	$(BIN)/pip install -q -e '.[dev]'
	touch $@ .venv/demo.done

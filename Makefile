# Three commands for three needs; each target is a line or two, the rest is in course_lib.
#   make        set up, build exercises and book, grade a demonstration class
#   make test   set up if needed, and pass the tests
#   make serve  open the book and JupyterLab on the exercises

PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# per-step loops are slower on two busy threads than on one, by up to a factor of 30
export OMP_NUM_THREADS ?= 1

.PHONY: all exercises book demo test serve
all: book demo

.venv/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv && pip install -q -r requirements.txt && pip install -q --no-deps -e . && touch $@

exercises: .venv/ready
	python -m course_lib build

book: exercises
	jupyter-book build . -n -W --keep-going -q

demo: exercises
	python -m course_lib demo

test: .venv/ready
	ruff check . && ruff format --check . && mypy course_lib && pytest -n 2

serve: all
	python -m course_lib serve

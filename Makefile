# The two commands a newcomer needs are `make run` and `make test`.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
ifdef DATABASE_URL
export DATABASE_URL
endif

.PHONY: help run reset setup test soak check format

help:
	@echo "make run [PORT=8123]   install, migrate, load the demo, start everything"
	@echo "make test [DATABASE_URL=postgres://…]   the test suite"
	@echo "make soak              what takes too long for the suite: 100,000 entries, histories of paying"
	@echo "make bench             ratios of speed beside something named; fails where a goal is missed"
	@echo "make check             types, style, imports, templates, migrations"
	@echo "make format            put code and templates into shape"
	@echo "make reset             forget the demo's data (var/)"
	@echo "make setup             the environment alone (.venv)"

setup: $(VENV)/.ready

$(VENV)/.ready: uv.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet --disable-pip-version-check "uv==$$(sed -n '/^name = "uv"$$/{n;s/version = "\(.*\)"/\1/p}' uv.lock)"
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

run: setup
	@$(BIN)/python -m config.demo.run --port $(PORT)

reset:
	@rm -rf var
	@echo "var/ is gone; make run starts over"

test: setup
	@DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/pytest -n 2 --dist load --maxschedchunk 2 $(ARGS)

soak: setup
	@DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/pytest -m soak $(ARGS)

bench: setup
	@$(BIN)/python -m tests.bench

check: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@git ls-files '*.html' | xargs $(BIN)/djade --check --target-version 5.2
	@DJANGO_SETTINGS_MODULE=config.settings.test $(BIN)/python manage.py makemigrations --check --dry-run
	@SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  PUBLIC_ORIGIN=https://commons.example DATABASE_URL=sqlite:///:memory: \
	  DJANGO_SETTINGS_MODULE=config.settings.production \
	  $(BIN)/python manage.py check --deploy --fail-level WARNING

format: setup
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format --quiet .
	@git ls-files '*.html' | xargs $(BIN)/djade --target-version 5.2

# `make` prints this menu. `make run` and `make test` set up all they need, on a fresh machine too.
.DEFAULT_GOAL := menu
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
WITH_NODE := PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
export PYTHONDONTWRITEBYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: menu
menu: ## print this menu
	@echo "Klunak. What would you like to do?"
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-18s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements-dev.lock pyproject.toml
	@scripts/need-python.sh
	@test -x $(BIN)/python || python3 -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: setup
setup: $(VENV)/.installed need-postgresql ## install everything into .venv, versions and hashes as locked

.PHONY: need-postgresql
need-postgresql:
	@scripts/need-postgresql.sh

clients/web/node_modules/.installed: clients/web/package-lock.json $(VENV)/.installed
	@scripts/need-node.sh $(VENV)
	cd clients/web && $(WITH_NODE) npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: web
web: clients/web/node_modules/.installed ## install what the web client is built and tested with

.PHONY: pages
pages: web ## build the page into clients/web/dist, from where a node serves it
	cd clients/web && $(WITH_NODE) npm run --silent pages

.PHONY: one-file
one-file: web ## build the page as one file that works from disk: clients/web/dist-one-file/recipes.html
	cd clients/web && $(WITH_NODE) npm run --silent one-file

.PHONY: run
run: setup pages ## start a ready-made trial circle: node, matcher, two coordinators
	$(BIN)/klunak run

.PHONY: tour
tour: setup ## watch families and donors go the whole way, then look at it as a thief
	$(BIN)/klunak tour --families 12 --donors 9

# A file of tests stays on one core: its tests share what takes long to build. Hundreds of processes
# are begun: what the first compiles of ours the others need not.
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: test
test: setup pages one-file need-browsers need-systemd test-onion ## run the tests (what CI runs)
	cd clients/web && $(WITH_NODE) npm test --silent
	$(WITH_NODE) $(PYTEST) -m "not long" --ignore=tests/onion

# With a loopback interface of its own and no other.
ALONE := $(BIN)/python -m clients.trial.alone $(BIN)/python

.PHONY: test-onion
test-onion: pages need-browsers ## a parcel and two browsers through real onion services, on a Tor network of one's own
	@scripts/need-tor.sh
	$(ALONE) -m pytest -m "not long" tests/onion

.PHONY: need-browsers
need-browsers: setup
	@scripts/need-browsers.sh $(VENV)

.PHONY: test-browser
test-browser: pages one-file need-browsers ## walk the page in Chromium and Firefox ESR, the long ways too
	$(WITH_NODE) $(PYTEST) tests/browser

.PHONY: screenshots
screenshots: pages need-browsers ## take the pictures of docs/img anew
	$(BIN)/python -m tests.browser.screenshots docs/img

.PHONY: drill
drill: setup need-browsers ## seize a node after 15,000 parcels: most of an hour; its picture and figures go into README
	@mkdir -p build
	$(BIN)/klunak drill --json --report build/drill.html >build/drill.json
	$(BIN)/python -m tests.browser.drill_picture build/drill.html docs/img/drill.webp
	$(BIN)/python -m tests.drill.figures build/drill.json

.PHONY: check
check: lint types pages one-file need-browsers need-wrk need-roots test-onion ## run everything: lint, types, tests and long runs
	cd clients/web && $(WITH_NODE) npm test --silent
	$(ALONE) -m pytest -m long tests/onion
	$(WITH_NODE) $(PYTEST) --ignore=tests/onion

.PHONY: lint
lint: setup web ## ruff and eslint: rules and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd clients/web && $(WITH_NODE) npm run --silent lint

.PHONY: types
types: setup ## mypy, strict
	$(BIN)/mypy

.PHONY: need-wrk
need-wrk:
	@scripts/need-wrk.sh

.PHONY: need-systemd need-roots
need-systemd:
	@scripts/need-systemd.sh
need-roots:
	@scripts/need-systemd.sh roots

.PHONY: bench
bench: setup need-wrk ## measure the cryptography on this machine, and a node beside the least that does the same
	$(BIN)/klunak bench crypto
	$(BIN)/klunak bench node
	$(BIN)/klunak bench node --backend postgresql

.PHONY: fuzz
fuzz: setup ## fuzz whatever reads foreign bytes, ten minutes each; finds are kept in .fuzz/
	for target in $$(ls tests/fuzz/corpus); do \
	  mkdir -p .fuzz/$$target; \
	  $(BIN)/python -m tests.fuzz.run $$target -max_total_time=600 -timeout=20 -max_len=8192 \
	    -artifact_prefix=.fuzz/$$target- .fuzz/$$target tests/fuzz/corpus/$$target || exit 1; \
	done

.PHONY: vectors
vectors: setup ## rebuild vectors/
	$(BIN)/python -m vectors.generate

.PHONY: lock
lock: ## resolve and hash all dependencies anew (needs uv)
	scripts/lock.sh

.PHONY: clean
clean: ## remove everything that was built (not trial/, which holds a circle)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

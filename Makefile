.DEFAULT_GOAL := help
SHELL := /bin/bash
# Paths are left out, so that every checkout shares what another has built.
export GOFLAGS := -buildvcs=false -trimpath

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X weibao/internal/server.Version=$(VERSION)
SOURCES := $(shell find cmd internal migrations rules -type f ! -name '*_test.go') go.mod go.sum
FACE := $(shell find assets -type f -not -path 'assets/dist/*' 2>/dev/null) package.json package-lock.json
DATA ?= ./data
LISTEN ?= 127.0.0.1:8080

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Build, then start the demo county and print its address and accounts
	./bin/weibao demo --data $(DATA)/demo --listen $(LISTEN)

.PHONY: build
build: bin/weibao ## Build the program with everything in it: bin/weibao

node_modules/.stamp: package.json package-lock.json
	npm ci --ignore-scripts
	@touch $@

assets/dist/manifest.json: node_modules/.stamp $(FACE)
	node assets/build.mjs
	@touch $@

bin/weibao: assets/dist/manifest.json $(SOURCES) $(shell find assets -name '*.go')
	@mkdir -p bin
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $@ ./cmd/weibao

.PHONY: deps
deps: ## Install what the tests need, where it is missing: PostgreSQL, Chromium, Chinese fonts, strace, poppler
	scripts/deps.sh

.PHONY: test
test: deps build ## Everything: checks, unit tests on both databases, faults, browser
	scripts/test.sh

.PHONY: check
check: ## Fast: format, vet, static analysis, architecture, short unit tests
	scripts/check.sh

.PHONY: lint
lint: bin/tools/.stamp ## Format, vet and static analysis
	scripts/lint.sh

bin/tools/.stamp: scripts/tools/go.mod
	@mkdir -p bin/tools
	cd scripts/tools && go build -o ../../bin/tools/ tool
	@touch $@

.PHONY: vuln
vuln: bin/tools/.stamp ## Look for known vulnerabilities with the offline database
	scripts/vuln.sh

.PHONY: e2e
e2e: build ## Browser tests (E2E=name chooses)
	node e2e/run.mjs $(E2E)

.PHONY: shots
shots: build ## Pictures of every page at 360, 768, 1366 and 1920 into shots/
	node e2e/shots.mjs

.PHONY: bench
bench: deps build ## Measure against the figures of docs/performance.md
	scripts/bench.sh

.PHONY: fault
fault: ## Kill, fill and break: the long run
	scripts/fault.sh

.PHONY: fuzz
fuzz: ## Every fuzz target for some seconds (FUZZTIME=10s)
	scripts/fuzz.sh

.PHONY: cross
cross: assets/dist/manifest.json ## Build without cgo for amd64, arm64 and loong64
	scripts/cross.sh '$(LDFLAGS)'

.PHONY: schema
schema: ## Write migrations/schema.sql from the migrations
	WEIBAO_WRITE_SCHEMA=1 go test -count=1 ./internal/arch -run TestSchemaDumpIsCurrent

.PHONY: stop-postgres
stop-postgres: ## Stop the PostgreSQL that tests have started
	scripts/stop-postgres.sh

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin node_modules shots e2e/out
	find assets/dist -mindepth 1 ! -name .keep -delete

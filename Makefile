# Guanxi 关系. `make` alone lists what there is to do.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run test build dev check bench shots gen chaos clean web

LINT_VERSION := v2.12.2
LINT := .tools/golangci-lint-$(LINT_VERSION)
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo development)
WEB_SOURCES := $(shell find web/src web/public web/index.html web/vite.config.ts web/tsconfig.json -type f 2>/dev/null)

# The module cache may lack what only the tests of dependencies need; -mod=mod builds without them.
export GOFLAGS ?= -mod=mod

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## build everything, start the demo company, print its address and a sign-in link
	bin/guanxi demo --data .data/demo

test: web ## prove everything: Go on both engines, web, browser; installs PostgreSQL and Chromium where it may
	@scripts/test.sh

build: web ## bin/guanxi with the web application inside
	go build -ldflags "-X main.version=$(VERSION)" -o bin/guanxi ./cmd/guanxi

dev: web/node_modules/.installed ## hot reload of Go and web over a demo company
	@scripts/dev.sh

check: web/node_modules/.installed $(LINT) ## formatting, lint, types, generated files fresh, architecture and words
	@scripts/check.sh $(LINT)

bench: web ## the table of docs/speed.md (make bench ARGS="--scale 10k,100k --write")
	go run ./test/bench $(ARGS)

shots: build ## a picture of every page into web/shots/, both languages, light and dark, wide and narrow
	@scripts/shots.sh $(ARGS)

gen: web/node_modules/.installed ## docs/openapi.json and the web types made from it
	@scripts/gen.sh

chaos: ## kill -9 at random moments of an import, on both engines (make chaos ARGS=50)
	@scripts/chaos.sh $(ARGS)

clean: ## delete what was built and what runs left behind
	rm -rf bin .tmp .data web/shots web/node_modules/.installed
	find web/dist -mindepth 1 ! -name .gitkeep -delete

web: web/dist/index.html

web/node_modules/.installed: web/package-lock.json
	@scripts/need.sh
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.installed $(WEB_SOURCES)
	cd web && npm run build

$(LINT):
	@mkdir -p .tools
	@echo "building golangci-lint $(LINT_VERSION), once, about four minutes"
	GOFLAGS= GOBIN=$(CURDIR)/.tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv .tools/golangci-lint $@

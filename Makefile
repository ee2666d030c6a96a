.DEFAULT_GOAL := help
export GOFLAGS := -mod=mod

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: schema
schema: ## Write migrations/schema.sql from the migrations
	WEIBAO_WRITE_SCHEMA=1 go test -count=1 ./internal/arch -run TestSchemaDumpIsCurrent

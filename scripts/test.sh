#!/usr/bin/env bash
# Everything that must hold: checks, unit tests on both databases, browser.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s (%s s)\n' "$1" "$SECONDS"; }
step "format, vet, static analysis"
make --no-print-directory lint
step "unit tests on SQLite and PostgreSQL"
# Packages share two cores and one PostgreSQL: more at a time only makes timings worse.
go test -count=1 -timeout 20m -p 2 ./...
step "known vulnerabilities"
make --no-print-directory vuln
step "browser"
# The oldest browsers that are promised; their tests say so where they are not to be had.
node e2e/old-browser.mjs 88 78 || echo "Chromium 88 and 78 could not be fetched" >&2
node e2e/run.mjs
step "done"

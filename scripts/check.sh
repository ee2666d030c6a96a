#!/usr/bin/env bash
# The fast check before every commit.
set -euo pipefail
cd "$(dirname "$0")/.."

make --no-print-directory lint
go test ./internal/arch
go test -short ./...

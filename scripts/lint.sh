#!/usr/bin/env bash
# Format, vet and static analysis over the whole tree.
set -euo pipefail
cd "$(dirname "$0")/.."

unformatted=$(git ls-files -co --exclude-standard '*.go' | xargs -r gofmt -l)
[ -z "$unformatted" ] || { echo "gofmt wants:"; echo "$unformatted"; exit 1; }
go vet ./...
bin/tools/staticcheck ./...

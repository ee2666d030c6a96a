#!/usr/bin/env bash
# The long run of every fault test (FAULTS=300 rounds each).
set -euo pipefail
cd "$(dirname "$0")/.."

export WEIBAO_FAULTS="${FAULTS:-300}"
packages=$(git ls-files -co --exclude-standard '*_test.go' | xargs grep -lE '^func Test[A-Za-z0-9_]*(Kill|Fault)' | xargs -rn1 dirname | sort -u | sed 's#^#./#')
[ -n "$packages" ] || { echo "no fault test found"; exit 1; }
go test -count=1 -timeout 120m -v -run 'Kill|Fault' $packages

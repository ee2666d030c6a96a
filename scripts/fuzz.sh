#!/usr/bin/env bash
# Finds every fuzz target and runs each for FUZZTIME (10s).
set -euo pipefail
cd "$(dirname "$0")/.."

time=${FUZZTIME:-10s}
git ls-files -co --exclude-standard '*_test.go' | xargs grep -lE '^func Fuzz' | xargs -n1 dirname | sort -u | while read -r dir; do
  grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$dir"/*_test.go | sed 's/func //' | sort -u | while read -r target; do
    echo "== $dir $target"
    go test "./$dir" -run '^$' -fuzz "^$target\$" -fuzztime "$time" -fuzzminimizetime 10x -parallel 2
  done
done

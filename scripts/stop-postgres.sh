#!/usr/bin/env bash
# Stops the PostgreSQL that tests have started under the temporary folder.
set -euo pipefail

dir=${TMPDIR:-/tmp}/weibao-postgres-$(id -u)
pid=$(head -n 1 "$dir/data/postmaster.pid" 2>/dev/null || true)
[ -n "$pid" ] || { echo "none is running"; exit 0; }
kill -INT "$pid"
echo "stopped"

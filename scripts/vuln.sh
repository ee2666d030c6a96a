#!/usr/bin/env bash
# govulncheck with the offline database beside the project (or in WEIBAO_SHARED).
set -euo pipefail
cd "$(dirname "$0")/.."

archive=$(ls -1 "${WEIBAO_SHARED:-../shared}"/vulndb/go-vulndb-*.tar.xz 2>/dev/null | tail -n 1 || true)
if [ -z "$archive" ]; then
  echo "vuln: skipped, there is no offline database (go-vulndb-*.tar.xz) in ${WEIBAO_SHARED:-../shared}/vulndb"
  exit 0
fi
day=$(basename "$archive" .tar.xz)
day=${day#go-vulndb-}
age=$((($(date +%s) - $(date -d "$day" +%s)) / 86400))
[ "$age" -le 90 ] || echo "vuln: WARNING: the database is $age days old; fetch a newer one"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
tar -xJf "$archive" -C "$dir"
echo "vuln: database of $day"
bin/tools/govulncheck -db "file://$dir/vdb" ./...

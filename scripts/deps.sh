#!/usr/bin/env bash
# Installs what the tests need, where it is missing and apt is there.
set -euo pipefail

missing=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
[ -n "${WEIBAO_CHROMIUM:-}" ] || command -v chromium >/dev/null || missing+=(chromium)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
command -v strace >/dev/null || missing+=(strace)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
[ -e /usr/share/poppler/cMap/Adobe-GB1 ] || missing+=(poppler-data)
[ ${#missing[@]} -gt 0 ] || exit 0

echo "missing for the tests: ${missing[*]}"
if ! command -v apt-get >/dev/null; then
  echo "install them with the package manager of this machine, then try again" >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
# The distribution's own cluster is not wanted: tests start theirs.
"${as_root[@]}" mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"

#!/usr/bin/env bash
# apt.sh PACKAGE...: installs Debian packages where that is allowed, else says the exact command and fails.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root=(sudo -n)
else
  echo "Please install what is missing, then run this again:" >&2
  echo "    sudo apt-get update && sudo apt-get install -y $*" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "This is not Debian or Ubuntu. Please install the equivalents of: $*" >&2
  exit 1
fi
echo "installing $*" >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@" >&2

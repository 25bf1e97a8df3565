#!/usr/bin/env bash
# chromium.sh: prints the path of a Chromium or Chrome, which it installs together with Chinese fonts where it may.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

found() {
  local name
  for name in "${GUANXI_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}

wanted=()
found >/dev/null || wanted+=(chromium)
fc-list :lang=zh family 2>/dev/null | grep -q . || wanted+=(fonts-noto-cjk fontconfig)
[ ${#wanted[@]} = 0 ] || "$here/apt.sh" "${wanted[@]}"
found

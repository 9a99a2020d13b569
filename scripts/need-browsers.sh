#!/bin/sh
# Make sure Debian's Chromium and Firefox ESR are there, and what drives them. $1: the environment.
set -eu
if ! { [ -x /usr/bin/chromium ] && [ -x /usr/bin/firefox-esr ]; }; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium firefox-esr
  else
    echo "the browser tests need: sudo apt-get install chromium firefox-esr" >&2
    exit 1
  fi
fi
"$1/bin/python" -m pip install --quiet --require-hashes -r requirements-browser.lock

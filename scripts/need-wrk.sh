#!/bin/sh
# Make sure there is wrk, which sends a bench's load: a client in Python would measure itself.
set -eu
if command -v wrk >/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends wrk
else
  echo "Measuring a node needs wrk. On Debian: sudo apt-get install wrk" >&2
  exit 1
fi

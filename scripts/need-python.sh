#!/bin/sh
# Make sure there is a Python 3.11 or later that can build a virtual environment.
set -eu
if python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv
else
  echo "Klunak needs Python 3.11 with venv. On Debian: sudo apt-get install python3-venv" >&2
  exit 1
fi

#!/bin/sh
# Make sure there is a Node.js 20.19 or later for the web client: this machine's, or else the one
# that PyPI packages, into the virtual environment, with its hash checked. $1: the environment.
set -eu
venv=$1
good='const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
if PATH="$venv/bin:$PATH" node -e "$good" 2>/dev/null && PATH="$venv/bin:$PATH" npm --version >/dev/null 2>&1; then
  exit 0
fi
"$venv/bin/python" -m pip install --quiet --require-hashes -r requirements-web.lock

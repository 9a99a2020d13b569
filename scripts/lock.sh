#!/bin/sh
# Rebuild the lock files: every version pinned, every file hashed. Needs `uv`.
set -eu
cd "$(dirname "$0")/.."
lock() {
  uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
    --python-version 3.11 --quiet "$@"
}
lock pyproject.toml -o requirements-node.lock
lock pyproject.toml --extra clients -o requirements.lock
lock pyproject.toml --extra clients --group dev -o requirements-dev.lock
lock --group web -o requirements-web.lock
lock --group browser -o requirements-browser.lock

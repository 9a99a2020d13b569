#!/bin/sh
# Rebuild the lock files: every version pinned, every file hashed. Needs `uv`.
set -eu
cd "$(dirname "$0")/.."
lock() {
  uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
    --python-version 3.11 --quiet pyproject.toml "$@"
}
lock -o requirements-node.lock
lock --extra clients -o requirements.lock
lock --extra clients --group dev -o requirements-dev.lock

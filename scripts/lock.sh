#!/bin/sh
# Rebuild the two lock files: every version pinned, every file hashed. Needs `uv`.
set -eu
cd "$(dirname "$0")/.."
common="--universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --quiet"
uv pip compile $common pyproject.toml -o requirements.lock
uv pip compile $common pyproject.toml --group dev -o requirements-dev.lock

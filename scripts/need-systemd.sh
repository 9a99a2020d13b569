#!/bin/sh
# Make sure there is systemd-analyze, which reads the units; with "roots", debootstrap as well, which
# makes the fresh Debian that the installer is tried in, and what builds and runs our images.
set -eu
PATH=$PATH:/usr/sbin:/sbin
missing=
command -v systemd-analyze >/dev/null || missing=systemd
if [ "${1:-}" = roots ]; then
  for name in debootstrap buildah crun; do
    command -v "$name" >/dev/null || missing="$missing $name"
  done
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086 - a list of names
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
else
  echo "The tests of what is installed need more. On Debian: sudo apt-get install $missing" >&2
  exit 1
fi

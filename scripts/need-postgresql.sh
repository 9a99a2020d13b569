#!/bin/sh
# Make sure there is a PostgreSQL server for the tests, which start one of their own in a temporary
# directory. Nothing is started here, and Debian's own cluster is not made.
set -eu
if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  mkdir -p /etc/postgresql-common/createcluster.d
  echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/klunak.conf
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
else
  echo "The tests need a PostgreSQL server. On Debian: sudo apt-get install postgresql" >&2
  exit 1
fi

#!/bin/sh
# Make sure there is a tor for the tests, which start a private network of their own, and what gives
# that a loopback to itself. Debian starts the services it installs: while this runs, it may not.
set -eu
PATH=$PATH:/usr/sbin:/sbin
if command -v tor >/dev/null && command -v tor-gencert >/dev/null && command -v ip >/dev/null \
    && [ -x /usr/bin/python3 ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
    chmod 755 /usr/sbin/policy-rc.d
  fi
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    tor python3 iproute2 util-linux
else
  echo "The onion tests need tor. On Debian: sudo apt-get install tor python3 iproute2 util-linux" >&2
  exit 1
fi

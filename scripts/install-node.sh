#!/bin/sh
# A node on a fresh Debian 12, in one command, as root, from a checkout of this source:
#
#     scripts/install-node.sh                        makes its key and its addresses, and prints them
#     scripts/install-node.sh --circle circle.json   the same, and serves that circle
#
# It may be run again, and then brings what is there up to date; keys and data are never touched.
# --wheels DIR takes Python's libraries from there (pip download -r requirements-node.lock) instead
# of the package index; their hashes are checked either way.
set -eu

say() { printf '%s\n' "$*"; }
fail() { printf 'install-node: %s\n' "$*" >&2; exit 1; }

circle='' wheels=''
while [ $# -gt 0 ]; do
  case $1 in
    --circle) circle=${2:?a circle document}; shift 2 ;;
    --wheels) wheels=${2:?a directory}; shift 2 ;;
    *) fail "it takes --circle FILE and --wheels DIR" ;;
  esac
done
source=$(cd "$(dirname "$0")/.." && pwd)
to=/opt/klunak
umask 022
[ "$(id -u)" = 0 ] || fail "root has to run it"
grep -q '^VERSION_ID="12"' /etc/os-release || fail "it is written for Debian 12 and tried on nothing else"
[ -z "$circle" ] || [ -r "$circle" ] || fail "$circle cannot be read"

# Debian starts what it installs: while this runs, it may not. Ours are started below.
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
say "Debian's packages: tor, Python, systemd"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  tor python3 python3-venv systemd >/dev/null

say "the node, to $to"
mkdir -p "$to" /etc/klunak
for part in api crypto alembic alembic.ini docs deploy; do
  rm -rf "${to:?}/$part"
  cp -R "$source/$part" "$to/$part"
done
find "$to/api" "$to/crypto" "$to/alembic" -name __pycache__ -prune -exec rm -rf {} +
rm -rf "$to/pages"
if [ -e "$source/clients/web/dist/index.html" ]; then
  cp -R "$source/clients/web/dist" "$to/pages"
else
  say "  without its page: make pages builds it, then run this again"
fi
chown -R root:root "$to"
chmod -R u=rwX,go=rX "$to"
[ -x "$to/libraries/bin/python" ] || python3 -m venv "$to/libraries"
from_where=''
[ -z "$wheels" ] || from_where="--no-index --find-links $wheels"
# shellcheck disable=SC2086  # two words, or none
"$to/libraries/bin/pip" install --quiet --no-cache-dir --disable-pip-version-check $from_where \
  --require-hashes -r "$source/requirements-node.lock"

say "accounts, sockets, services"
install -D -m 0644 "$to/deploy/sysusers.conf" /etc/sysusers.d/klunak.conf
install -D -m 0644 "$to/deploy/tmpfiles.conf" /etc/tmpfiles.d/klunak.conf
install -D -m 0644 "$to/deploy/systemd/journald@klunak.conf" /etc/systemd/journald@klunak.conf
for unit in klunak-node klunak-tor; do
  install -D -m 0644 "$to/deploy/systemd/$unit.service" "/etc/systemd/system/$unit.service"
done
install -D -m 0755 "$to/deploy/klunak-onion" /usr/local/sbin/klunak-onion
systemd-sysusers /etc/sysusers.d/klunak.conf
systemd-tmpfiles --create /etc/tmpfiles.d/klunak.conf
install -d -o klunak-node -g klunak-node -m 0700 /var/lib/klunak-node
install -d -o klunak-tor -g klunak-tor -m 0700 /var/lib/klunak-tor
install -d -o klunak-tor -g klunak-tor -m 0700 /run/klunak-tor

# As the service's own account: setpriv is util-linux's, and asks for no password.
as_node() { (cd "$to" && setpriv --reuid=klunak-node --regid=klunak-node --clear-groups \
  env -i "PATH=$PATH" PYTHONDONTWRITEBYTECODE=1 "$@"); }
public=/var/lib/klunak-node/node.pub
if [ ! -e /var/lib/klunak-node/node.key ]; then
  key=$(as_node libraries/bin/python -m api new-key /var/lib/klunak-node/node.key)
  printf '%s\n' "$key" > "$public"
fi
[ -z "$circle" ] || install -m 0644 "$circle" /etc/klunak/circle.json
klunak-onion prepare
if [ ! -e /var/lib/klunak-tor/operators/hostname ]; then
  # Off the network: tor makes both services' keys and is ended again.
  klunak-onion run -- --DisableNetwork 1 &
  running=$!
  tries=0
  until [ -e /var/lib/klunak-tor/operators/hostname ] && [ -e /var/lib/klunak-tor/public/hostname ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || fail "tor makes no keys; it said why above"
    sleep 0.2
  done
  kill "$running"
  wait "$running" || true
fi
klunak-onion check >/dev/null || fail "the operators' onion service would be open"

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  # Debian's own instance has no part in this.
  systemctl disable --quiet --now tor.service
  systemctl enable --quiet klunak-tor klunak-node
  systemctl restart klunak-tor
  [ ! -e /etc/klunak/circle.json ] || systemctl restart klunak-node
else
  say "  systemd does not run here: enabled for its next start, and not started now"
  systemctl enable --quiet klunak-tor klunak-node
fi

say ""
say "the node's key           $(cat "$public")"
say "its address              http://$(cat /var/lib/klunak-tor/public/hostname)"
say "its operators' address   http://$(cat /var/lib/klunak-tor/operators/hostname)"
say ""
if [ ! -e /etc/klunak/circle.json ]; then
  say "give key and address to whoever founds the circle; then: $0 --circle circle.json"
else
  say "let operators in with:   klunak-onion authorize NAME KEY"
fi

# Three images from one file, for two hosts: `node` and `tor` (compose.node.yaml), `operator` and the
# same `tor` (compose.matcher.yaml). None has a compiler, a package index or Node.js at run time; the
# node's has none of the libraries that open a record.

FROM node:20-bookworm-slim AS pages
WORKDIR /build/clients/web
COPY clients/web/package.json clients/web/package-lock.json clients/web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY clients/web ./
# The digest of the circle that the page is for; without one, of trial circles only.
ARG KLUNAK_CIRCLE=""
ENV KLUNAK_CIRCLE=$KLUNAK_CIRCLE
RUN npm run --silent pages

FROM python:3.11-slim-bookworm AS node-libraries
COPY requirements-node.lock /build/
RUN ["python", "-m", "venv", "/libraries"]
RUN ["/libraries/bin/pip", "install", "--no-cache-dir", "--require-hashes", "-r", "/build/requirements-node.lock"]

FROM python:3.11-slim-bookworm AS operator-libraries
COPY requirements.lock /build/
RUN ["python", "-m", "venv", "/libraries"]
RUN ["/libraries/bin/pip", "install", "--no-cache-dir", "--require-hashes", "-r", "/build/requirements.lock"]

# A node's tor, or an operator's. It needs Python's standard library alone.
FROM python:3.11-slim-bookworm AS tor
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends tor \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10002 --home-dir /var/lib/klunak-tor --shell /usr/sbin/nologin klunak-tor \
 && install -d -o klunak-tor -g klunak-tor -m 0700 /var/lib/klunak-tor \
 && install -d -o klunak-tor -g klunak-tor -m 0700 /run/klunak-tor
COPY api/__init__.py /app/api/
COPY api/onion /app/api/onion
COPY deploy/tor /app/tor
WORKDIR /app
# No bytecode: caches are files that say when something ran.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10002:10002
VOLUME /var/lib/klunak-tor
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s CMD ["python", "-m", "api.onion", "--tor-data", "/var/lib/klunak-tor", "check"]
ENTRYPOINT ["python", "-m", "api.onion", "--tor-data", "/var/lib/klunak-tor", "--probe-socket", "/run/klunak-tor/probe"]
CMD ["run"]

FROM python:3.11-slim-bookworm AS operator
RUN useradd --system --uid 10003 --home-dir /keys --shell /usr/sbin/nologin klunak-operator \
 && install -d -o klunak-operator -g klunak-operator -m 0700 /keys
COPY --from=operator-libraries /libraries /libraries
COPY crypto /app/crypto
COPY matching /app/matching
COPY api /app/api
COPY clients /app/clients
WORKDIR /app
ENV PATH=/libraries/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10003:10003
VOLUME /keys
STOPSIGNAL SIGINT
ENTRYPOINT ["python", "-m", "clients.cli"]
CMD ["--help"]

# The last one is what a build without --target makes.
FROM python:3.11-slim-bookworm AS node
RUN useradd --system --uid 10001 --home-dir /var/lib/klunak-node --shell /usr/sbin/nologin klunak-node \
 && install -d -o klunak-node -g klunak-node -m 0700 /var/lib/klunak-node
COPY --from=node-libraries /libraries /libraries
COPY --from=pages /build/clients/web/dist /app/pages
COPY api /app/api
COPY crypto /app/crypto
COPY alembic /app/alembic
COPY alembic.ini /app/
WORKDIR /app
ENV PATH=/libraries/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 KLUNAK_WEB_PAGES=/app/pages \
    KLUNAK_DATA_DIRECTORY=/var/lib/klunak-node/data KLUNAK_NODE_KEY=/var/lib/klunak-node/node.key \
    KLUNAK_CIRCLE_DOCUMENT=/etc/klunak/circle.json \
    KLUNAK_UNIX_SOCKET=/run/klunak/public/http KLUNAK_OPERATORS_SOCKET=/run/klunak/operators/http
USER 10001:10001
VOLUME /var/lib/klunak-node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=30s CMD ["python", "-m", "api", "health"]
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]

# A node and nothing else: no client code's libraries, no compiler, no package index at run time.
# The node is blind, so nothing in this image can open a record.
FROM python:3.11-slim-bookworm AS build
COPY requirements-node.lock /build/
RUN python -m venv /node && /node/bin/pip install --no-cache-dir --require-hashes -r /build/requirements-node.lock

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin klunak \
 && install -d -o klunak -g klunak -m 0700 /data
COPY --from=build /node /node
COPY api /app/api
COPY crypto /app/crypto
COPY alembic /app/alembic
COPY alembic.ini /app/
WORKDIR /app
# No bytecode: caches are files that say when something ran.
ENV PATH=/node/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER klunak
VOLUME /data
ENTRYPOINT ["python", "-m", "api"]
CMD ["serve"]

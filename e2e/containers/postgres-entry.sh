#!/bin/sh
# What the official image of postgres does at its start, as far as compose.yaml and the tests use it.
set -eu
PGDATA=${PGDATA:-/var/lib/postgresql/data}
POSTGRES_USER=${POSTGRES_USER:-postgres}
POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
export PGDATA
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chown -R postgres:postgres "$PGDATA" /run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "${POSTGRES_PASSWORD:?}" > /tmp/password
  # As the official image: whoever is on this host is trusted, everybody else gives a password, and nobody else replicates.
  # shellcheck disable=SC2086
  initdb -U "$POSTGRES_USER" --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-} > /dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  # The server that is filled first has the settings of the command, and no port.
  first=$(shift; for word in "$@"; do printf "'%s' " "$word"; done)
  pg_ctl -s -w -o "$first -c listen_addresses=''" start
  [ "$POSTGRES_DB" = postgres ] || createdb -U "$POSTGRES_USER" "$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*.sql; do
    [ -e "$file" ] && psql -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -f "$file"
  done
  pg_ctl -s -w -m fast stop
fi
exec "$@"

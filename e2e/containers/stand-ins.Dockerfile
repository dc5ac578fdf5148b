# In the tests, and only there: one image in place of the official ones of caddy, postgres, nats, valkey, prometheus and
# alertmanager, made of Debian's packages, for machines that reach no registry. Compose gives each its command.
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}
RUN mkdir -p /etc/postgresql-common \
 && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf \
 && apt-get update \
 && apt-get install -y --no-install-recommends \
      caddy nats-server postgresql postgresql-contrib prometheus prometheus-alertmanager redis-server wget \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /usr/bin/redis-server /usr/local/bin/valkey-server \
 && ln -s /usr/bin/redis-cli /usr/local/bin/valkey-cli \
 && ln -s /usr/bin/prometheus-alertmanager /usr/local/bin/alertmanager \
 && ln -s /usr/lib/postgresql/*/bin/* /usr/local/bin/ 2>/dev/null; \
    install -d -o 65534 -g 65534 /prometheus /alertmanager
COPY postgres-entry.sh /usr/local/bin/postgres-entry.sh
STOPSIGNAL SIGINT
ENTRYPOINT ["postgres-entry.sh"]

import { DEFAULT_MESSAGING_LIMITS } from '@tidegate/messaging/limits';

export const START_TIMEOUT_SECONDS = 300;

/** Names, meanings and defaults, for docs/configuration.md. */
export const PLATFORM_VARIABLES: readonly [name: string, fallback: string, meaning: string][] = [
  ['PORT', '3000', 'Port of the gateway: REST, console, health and metrics'],
  ['HOST', '127.0.0.1', 'Address that the gateway listens on; 0.0.0.0 behind a reverse proxy in a container'],
  ['PUBLIC_URL', 'http://localhost:$PORT', 'How customers reach the gateway; issuer of access tokens'],
  [
    'TIDEGATE_MODE',
    'production with an https PUBLIC_URL or NODE_ENV=production, else development',
    'production or development. Development lets every registrant send webhooks to this machine’s loopback and have servers there watched, and accepts weak secrets and connections without TLS',
  ],
  ['NODE_ENV', 'none', 'production: the same as TIDEGATE_MODE=production, which wins'],
  ['DATA_DIR', '.data', 'Everything that must survive: secrets, database, streams, logs'],
  ['ROLES', 'all', 'Which services this process hosts: all, or names separated by commas'],
  [
    'HEALTH_PORT',
    'chosen free and kept',
    'Port of health and metrics in a process without the gateway; with `start --services` that of the first, the next ones follow',
  ],
  ['HEALTH_HOST', '127.0.0.1', 'Address that health and metrics of a process without the gateway listen on'],
  [
    'LICENCE_FILE',
    'none',
    'The licence of this installation, where it has one; a renewed file counts within a minute (docs/plans-and-usage.md)',
  ],
  ['LICENCE_KEY_FILE', 'none', 'Public key (PEM, Ed25519) of whoever issues licences'],
  ['ADMIN_PASSWORD', 'generated', 'First password of admin@localhost, for the first start only'],
  ['ADMIN_PASSWORD_FILE', '$DATA_DIR/admin-password', 'Where the first password of admin@localhost is written (0600)'],
  ['DATABASE_URL', 'embedded PostgreSQL', 'postgresql://user:password@host:port/name of a role that may create roles'],
  [
    'POSTGRES_PASSWORD',
    'generated',
    'Password of the superuser of the embedded PostgreSQL, fixed when its cluster is created',
  ],
  ['DATABASE_SSL', 'false', 'true: TLS to the database, with its certificate verified'],
  [
    'DATABASE_POOL_SIZE',
    '8',
    'The most connections of each of the six services with a schema; max_connections of the server must suffice for all of them',
  ],
  ['DATABASE_WAIT_MS', '5000', 'How long work waits for a connection of the pool, and a new connection for the server'],
  ['DATABASE_STATEMENT_MS', '30000', 'The database ends a statement that takes longer'],
  [
    'DATABASE_SILENCE_MS',
    '3000',
    'After so long without a sign of a query the database is asked over another connection whether it is still running; a dropped connection is replaced',
  ],
  [
    'NATS_URL',
    'embedded nats-server',
    'nats://host:port or tls://host:port, several separated by commas (tls://… with NODE_EXTRA_CA_CERTS for an authority of your own)',
  ],
  ['NATS_MONITOR_URL', 'embedded nats-server', 'http://host:port of the monitoring of an external nats-server'],
  ['NATS_REPLICAS', '1', 'Copies of each stream; 3 on a cluster'],
  ['EVENTS_FETCH', String(DEFAULT_MESSAGING_LIMITS.fetch), 'Events that each consumer of a service requests at once'],
  [
    'EVENTS_IN_FLIGHT',
    String(DEFAULT_MESSAGING_LIMITS.inFlight),
    'Events of a consumer that a process has in memory before it requests more',
  ],
  [
    'OUTBOX_LEASE_SECONDS',
    String(DEFAULT_MESSAGING_LIMITS.outboxLeaseSeconds),
    'How long the events of a process that died wait before another replica publishes them',
  ],
  ['NATS_SERVER', 'found in PATH', 'Path of the nats-server that is started'],
  [
    'START_TIMEOUT_SECONDS',
    String(START_TIMEOUT_SECONDS),
    'How long a start waits for PostgreSQL and NATS; no step of it has a limit of its own',
  ],
  [
    'STOP_DELAY_SECONDS',
    '0',
    'How long a stop of the gateway still takes requests while /health/ready says no already (at most 10): behind a proxy that asks, longer than it takes to notice',
  ],
  ['LOG_LEVEL', 'info', 'debug, info, warn or error'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'off', 'URL that traces are sent to (OTLP over HTTP)'],
  [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'off',
    'The same without `/v1/traces`. OTEL_EXPORTER_OTLP_HEADERS, _TIMEOUT and _COMPRESSION, OTEL_TRACES_SAMPLER and its _ARG, OTEL_BSP_…, OTEL_SPAN_… limits and OTEL_RESOURCE_ATTRIBUTES hold as OpenTelemetry describes them',
  ],
  ['OTEL_SERVICE_NAME', 'tidegate', '`service.namespace` of traces; `service.name` is that of each service'],
  ['OTEL_SDK_DISABLED', 'false', 'true: no traces, whatever else is set'],
  ['OTEL_TRACES_EXPORTER', 'otlp', 'none: no traces'],
  ['TRUST_PROXY', 'none', 'Addresses or CIDRs of reverse proxies whose X-Forwarded-For is trusted'],
  ['ALLOW_INSECURE', 'false', 'true: lets production run without TLS to customers, database and NATS'],
  ['CALLER_SECRET', 'generated', 'Signs who a call is made for, between the services; the same for all of them'],
  ['METRICS_TOKEN', 'generated', 'Bearer token for /metrics from other machines'],
  ['<SERVICE>_DATABASE_PASSWORD', 'generated', 'Password of the service’s database role, such as MONITOR_AGENT_…'],
  ['NATS_<SERVICE>_PASSWORD', 'generated', 'Password of the service’s NATS user; PLATFORM is the operator’s'],
  [
    '<SERVICE>_ENCRYPTION_KEY',
    'generated',
    'Master keys of secrets at rest, several separated by commas: 32 bytes each in base64. Losing them loses the secrets',
  ],
  ['<SERVICE>_SEALING_PUBLIC_KEY', 'generated', 'Key with which others seal secrets for this service on the bus'],
  ['<SERVICE>_SEALING_PRIVATE_KEY', 'generated', 'Key with which the service opens them'],
];

/*
 * Why a server cannot be watched, in texts that name the cause and the fix. The texts are ours alone: a server's answer
 * may contain anything, so only its SQLSTATE is used.
 */
export interface Failure {
  code: FailureCode;
  what: string;
}

/** What the customer gave, for the wording. */
export interface Where {
  host: string;
  port: number;
  database: string;
  user: string;
}

const TEXTS = {
  host_not_allowed: (w: Where) =>
    `Connections to ${w.host} are not allowed: it does not lead to a public address. An operator can allow private networks.`,
  host_not_found: (w: Where) => `The host name ${w.host} is unknown to DNS. Check its spelling.`,
  connection_refused: (w: Where) =>
    `Nothing answers on ${w.host} port ${w.port}. Check the port, that PostgreSQL runs, and listen_addresses.`,
  connect_timeout: (w: Where) =>
    `${w.host} port ${w.port} did not answer in time. A firewall or security group probably drops the packets: allow this installation's address.`,
  login_timeout: (w: Where) =>
    `${w.host} port ${w.port} took the connection but did not let the role ${w.user} in within the time. The server is overloaded, or something keeps log-ins waiting: a lock on pg_authid or pg_database, an authentication service (LDAP, RADIUS) that does not answer.`,
  host_unreachable: (w: Where) => `There is no route to ${w.host}. Check the address and the network between.`,
  connection_lost: (w: Where) =>
    `${w.host} closed the connection. Look into the log of the server or of what stands before it.`,
  tls_not_supported: () =>
    'The server does not speak TLS. Turn on ssl in postgresql.conf, or choose tlsMode disable if the network between is yours.',
  tls_certificate_untrusted: () =>
    'The server’s certificate is not signed by an authority that is trusted here. Give the authority’s certificate as tlsCa.',
  tls_certificate_expired: () => 'The server’s certificate has expired or is not valid yet. Renew it.',
  tls_host_mismatch: (w: Where) =>
    `The server’s certificate is not made for ${w.host}. Use the name in the certificate, or tlsMode verify-ca.`,
  tls_failed: () =>
    'TLS with the server failed: no protocol or cipher in common, or something in between speaks another protocol.',
  not_postgresql: (w: Where) => `What answers on ${w.host} port ${w.port} is not PostgreSQL. Check the port.`,
  password_wrong: (w: Where) =>
    `Wrong password for the role ${w.user}, or the role does not exist or has no password, or its password has expired: PostgreSQL does not tell which. SELECT rolvaliduntil FROM pg_roles tells about the last; ALTER ROLE … VALID UNTIL 'infinity' ends it. With clientcert=verify-full it answers the same to a client certificate with another name (CN) than the role’s.`,
  login_refused: (w: Where) =>
    `The server does not let the role ${w.user} in from here. Check pg_hba.conf, whether it demands TLS, and that the role exists and may log in.`,
  client_certificate_needed: (w: Where) =>
    `The server demands a client certificate of the role ${w.user} (cert, or clientcert= in pg_hba.conf). Give one as tlsCert with its key as tlsKey, and use TLS.`,
  client_certificate_refused: (w: Where) =>
    `The server ended TLS when it was shown the client certificate of the role ${w.user}: its ssl_ca_file does not have the authority that signed it, or the certificate has expired or was revoked (ssl_crl_file). Its log says which.`,
  client_certificate_mismatch: (w: Where) =>
    `The client certificate is not one of the role ${w.user}: the name in it (CN) has to be the role’s, or be mapped to it in pg_ident.conf.`,
  password_needed: (w: Where) =>
    `The server asks for a password of the role ${w.user}, and only a client certificate was given. Give the password as well, or let the role in with cert in pg_hba.conf.`,
  cleartext_refused: () =>
    'The server asks for the password in clear text over a connection that is not verified, so it was not sent. Use password_encryption scram-sha-256, or tlsMode verify-full.',
  md5_refused: () =>
    'The server asks for the password as MD5 over a connection that is not verified. Whoever reads that can log in with it, so it was not sent. Set password_encryption = scram-sha-256 and give the role its password again, or use tlsMode verify-full.',
  scram_too_weak: () =>
    'The server asks for SCRAM with fewer than 4096 rounds: whoever answers could guess the password from that, so it was not answered. Set scram_iterations = 4096 or more and give the role its password again.',
  tls_ca_needed: () =>
    'tlsMode verify-ca takes any name, so any certificate that was ever bought would do. Give the authority that signs this server’s certificate as tlsCa, or use tlsMode verify-full.',
  authentication_unsupported: () =>
    'The server asks for a way to log in that is not supported here. Use scram-sha-256 for this role in pg_hba.conf.',
  database_not_found: (w: Where) => `There is no database ${w.database}.`,
  database_forbidden: (w: Where) =>
    `The role ${w.user} may not connect to the database ${w.database}: GRANT CONNECT ON DATABASE … TO ….`,
  too_many_connections: (w: Where) =>
    `The server has no connection left for the role ${w.user} (its CONNECTION LIMIT, the database’s, or max_connections). One is enough.`,
  too_many_own_sessions: () =>
    'Many sessions called tidegate are open on that server already, so none was added. Does more than one installation watch it?',
  session_unsafe: () =>
    'What answers does not keep to the settings that make a session safe (search_path, read only, time-outs), so it was asked nothing. Give the address of the server itself, and look at what stands before it.',
  starting_up: () => 'The server is starting, shutting down or recovering and takes no connections yet.',
  pooler: () =>
    'A connection pooler (such as PgBouncer) answers instead of PostgreSQL. Give the address of the server itself: behind a pooler sessions are not one’s own.',
  version_unsupported: () => 'The server is older than PostgreSQL 13. Upgrade it to be able to watch it.',
  answer_too_large: () => 'The server’s answer was larger than anything expected, so the connection was closed.',
  answer_malformed: (w: Where) =>
    `What answers on ${w.host} port ${w.port} does not keep to PostgreSQL’s protocol, so the connection was closed. Give the address of the server itself, and look at what stands before it.`,
  answer_unusable: () =>
    'The server’s answers contradict themselves or hold what PostgreSQL cannot, so they were not stored. Give the address of the server itself, and look at what stands before it.',
  answer_timeout: () => 'The server did not answer a query in time. It may be overloaded.',
  server_error: () => 'The server refused a query that was not expected to fail.',
} as const satisfies Record<string, (where: Where) => string>;

export type FailureCode = keyof typeof TEXTS;

export const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(TEXTS, code);

/** An error that already knows its code. */
export class ConnectionFailed extends Error {
  override readonly name = 'ConnectionFailed';
  readonly code: FailureCode;

  constructor(code: FailureCode, cause?: unknown) {
    super(code, { cause });
    this.code = code;
  }
}

export function describeFailure(code: FailureCode, where: Where): Failure {
  return { code, what: TEXTS[code](where) };
}

/** Keyed by untrusted input: only these keys count, not those that every object has. */
const BY_SOCKET = new Map<string, FailureCode>(
  Object.entries({
    ENOTFOUND: 'host_not_found',
    EAI_AGAIN: 'host_not_found',
    ECONNREFUSED: 'connection_refused',
    ETIMEDOUT: 'connect_timeout',
    EHOSTUNREACH: 'host_unreachable',
    ENETUNREACH: 'host_unreachable',
    ECONNRESET: 'connection_lost',
    EPIPE: 'connection_lost',
    ERR_TLS_CERT_ALTNAME_INVALID: 'tls_host_mismatch',
    CERT_HAS_EXPIRED: 'tls_certificate_expired',
    CERT_NOT_YET_VALID: 'tls_certificate_expired',
  } as const),
);

const UNTRUSTED = /^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|CERT_|INVALID_CA|ERR_TLS_CERT)/;

/** What a server says of the certificate that it was shown. */
const CERTIFICATE_ALERT =
  /^ERR_SSL_.*_ALERT_(UNKNOWN_CA|(BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_(EXPIRED|REVOKED|UNKNOWN))$/;

const BY_SQLSTATE: Record<string, FailureCode> = {
  '28P01': 'password_wrong',
  '28000': 'login_refused',
  '3D000': 'database_not_found',
  '42501': 'database_forbidden',
  '53300': 'too_many_connections',
  '57P03': 'starting_up',
  '57P01': 'connection_lost',
  '57P02': 'connection_lost',
  '57014': 'answer_timeout',
  '0A000': 'not_postgresql',
  '08P01': 'pooler',
};

/** What the driver says without a code. Its wording belongs to the pinned version; a test holds every line of it. */
const BY_MESSAGE: [RegExp, FailureCode][] = [
  [/^timeout expired$/, 'connect_timeout'],
  [/Query read timeout/, 'answer_timeout'],
  [/SASL: SCRAM-SERVER|SASL: .*(signature|nonce)/i, 'login_refused'],
  [/SASL: Only mechanism|Unknown authentication|SASL channel binding/i, 'authentication_unsupported'],
  [/terminated|not queryable|was closed/i, 'connection_lost'],
];

/** What failed while connecting or asking. */
export function failureCode(error: unknown): FailureCode {
  if (error instanceof ConnectionFailed) return error.code;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') {
    // The cases in which the code does not tell; of the text nothing is used but that it says so.
    if (code === '28000' && typeof message === 'string') {
      if (/client certificate/i.test(message)) return 'client_certificate_needed';
      if (/^certificate authentication failed/i.test(message)) return 'client_certificate_mismatch';
    }
    if (isSqlState(code)) return BY_SQLSTATE[code] ?? (code.startsWith('53') ? 'too_many_connections' : 'server_error');
    const known = BY_SOCKET.get(code);
    if (known) return known;
    if (UNTRUSTED.test(code)) return 'tls_certificate_untrusted';
    if (/_ALERT_CERTIFICATE_REQUIRED$/.test(code)) return 'client_certificate_needed';
    if (CERTIFICATE_ALERT.test(code)) return 'client_certificate_refused';
    if (/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code)) return 'tls_failed';
  }
  const text = typeof message === 'string' ? message : '';
  return BY_MESSAGE.find(([pattern]) => pattern.test(text))?.[1] ?? 'connection_lost';
}

/** The connection is gone or useless, as opposed to one query having failed. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof ConnectionFailed) return true;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return isSqlState(code) ? /^(08|57P)/.test(code) : true;
  return typeof message === 'string' && LOSS.test(message);
}

/** Our own database refuses what a server answered: no text, no number, twice the same, not there. */
export const isUnstorable = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return isSqlState(code) && /^(21|22|23)/.test(code);
};

const LOSS = /terminated|not queryable|was closed|Query read timeout/i;
export const isSqlState = (code: unknown): code is string =>
  typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code);

import { filled } from '@tidegate/contracts/kernel/fill-text';
import { CONNECTION_TEXTS } from '@tidegate/contracts/monitor-agent/connection-texts';

/* Why a server cannot be watched: of a server's answer, which may contain anything, only its SQLSTATE is used. */
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

export type FailureCode = keyof typeof CONNECTION_TEXTS;

export const isFailureCode = (code: string): code is FailureCode => Object.hasOwn(CONNECTION_TEXTS, code);

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
  return { code, what: filled(CONNECTION_TEXTS[code], { ...where }) };
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

import { createHmac, timingSafeEqual } from 'node:crypto';

/*
 * version (1) | session id (16) | counter (4) | HMAC-SHA256 of these under the session's own key, cut to 16 bytes.
 * Token n+1 follows from token n's session and counter, so a repeated request gets the same successor without storing
 * it, and the database contains no token.
 */
const VERSION = 1;
const MAC_BYTES = 16;
const BODY_BYTES = 21;

export interface RefreshToken {
  sessionId: string;
  counter: number;
}

export function makeRefreshToken({ sessionId, counter }: RefreshToken, key: Buffer): string {
  const body = Buffer.alloc(BODY_BYTES);
  body[0] = VERSION;
  Buffer.from(sessionId.replaceAll('-', ''), 'hex').copy(body, 1);
  body.writeUInt32BE(counter, 17);
  return Buffer.concat([body, mac(body, key)]).toString('base64url');
}

/** Undefined for what cannot be one of ours; only `isGenuine` proves that it is. */
export function readRefreshToken(token: string): RefreshToken | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== BODY_BYTES + MAC_BYTES || bytes[0] !== VERSION) return undefined;
  const hex = bytes.subarray(1, 17).toString('hex');
  const sessionId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  return { sessionId, counter: bytes.readUInt32BE(17) };
}

export function isGenuine(token: string, key: Buffer): boolean {
  const bytes = Buffer.from(token, 'base64url');
  return timingSafeEqual(mac(bytes.subarray(0, BODY_BYTES), key), bytes.subarray(BODY_BYTES));
}

const mac = (body: Buffer, key: Buffer): Buffer =>
  createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);

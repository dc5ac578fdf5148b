import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Caller } from '@tidegate/contracts/kernel/caller';

/*
 * The caller, signed by the process that verified it, so that a service need not trust the message's path. Tokens live
 * one minute; both sides cache recent ones, so that a busy caller costs one HMAC per minute and not per request.
 */
const LIFETIME_MS = 60_000;
/** Clocks differ: how long an expired token is still accepted. */
const SKEW_MS = 120_000;
const REMEMBERED = 10_000;

export class CallerTokens {
  private readonly secret: string;
  private readonly known = new Map<string, { caller: Caller; expires: number }>();

  constructor(secret: string) {
    this.secret = secret;
  }

  sign(caller: Caller, now = Date.now()): string {
    const payload = Buffer.from(JSON.stringify({ ...caller, exp: now + LIFETIME_MS })).toString('base64url');
    return `${payload}.${this.mac(payload)}`;
  }

  /** Undefined when forged, malformed or expired. */
  verify(token: string, now = Date.now()): Caller | undefined {
    const remembered = this.known.get(token);
    if (remembered) return remembered.expires + SKEW_MS > now ? remembered.caller : undefined;
    const [payload, mac] = token.split('.');
    if (!payload || !mac) return undefined;
    const expected = Buffer.from(this.mac(payload));
    const given = Buffer.from(mac);
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
    // Ours, as the mac says.
    const { exp, ...caller } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Caller & { exp: number };
    if (exp + SKEW_MS <= now) return undefined;
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(token, { caller, expires: exp });
    return caller;
  }

  private mac(payload: string): string {
    return createHmac('sha256', this.secret).update(payload).digest('base64url');
  }
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { asReadSecret, firstOf, type ReadSecret } from '@tidegate/vault/read-secret';

/*
 * The caller, signed by the process that verified it, so that a service need not trust the message's path. Tokens live
 * one minute; both sides cache recent ones, so that a busy caller costs one HMAC per minute and not per request.
 */
const LIFETIME_MS = 60_000;
/** Clocks differ: how long an expired token is still accepted. */
const SKEW_MS = 120_000;
const REMEMBERED = 10_000;

export class CallerTokens {
  private readonly secret: ReadSecret;
  private readonly known = new Map<string, { caller: Caller; expires: number }>();

  constructor(secret: string | ReadSecret) {
    this.secret = asReadSecret(secret);
  }

  sign(caller: Caller, now = Date.now()): string {
    const payload = Buffer.from(JSON.stringify({ ...caller, exp: now + LIFETIME_MS })).toString('base64url');
    return `${payload}.${mac(this.secret()[0] ?? '', payload)}`;
  }

  /**
   * Undefined when forged or malformed. `expired` is no fault of the caller: a clock was set while the request was under
   * way, or those of our hosts differ.
   */
  verify(token: string, now = Date.now()): Caller | 'expired' | undefined {
    const remembered = this.known.get(token);
    if (remembered) return remembered.expires + SKEW_MS > now ? remembered.caller : 'expired';
    const [payload, signature] = token.split('.');
    if (!payload || !signature) return undefined;
    const given = Buffer.from(signature);
    const isOurs = firstOf(this.secret, (secret) => isEqual(given, Buffer.from(mac(secret, payload))) || undefined);
    if (!isOurs) return undefined;
    // Ours, as the mac says.
    const { exp, ...caller } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Caller & { exp: number };
    if (exp + SKEW_MS <= now) return 'expired';
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(token, { caller, expires: exp });
    return caller;
  }
}

const mac = (secret: string, payload: string): string =>
  createHmac('sha256', secret).update(payload).digest('base64url');

const isEqual = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);

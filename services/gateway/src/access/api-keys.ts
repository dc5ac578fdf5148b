import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { apiKeyId, isServiceKey } from '@tidegate/contracts/identity/api-key-format';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { verifyServiceKey } from '@tidegate/contracts/identity/service-keys';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Bus } from '@tidegate/messaging/bus';
import type { Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';
import { RateLimits } from '../limits/rate-limits.ts';

const TTL_MS = 60_000;
const UNKNOWN_TTL_MS = 30_000;
const REMEMBERED = 20_000;

/**
 * API keys and service keys, verified by identity. A new key costs it a query, so mistyped keys are refused by their
 * checksum, unknown ones are cached as such (apart from the valid ones, so that no flood evicts these), and a network that
 * has sent too many wrong keys is refused without a query. A key that was valid before is always looked up, whatever its
 * neighbours do.
 */
@Injectable()
export class ApiKeys {
  /** Until when, by a clock that nobody sets. */
  private readonly unknown = recentlyUsed<number>(REMEMBERED);
  private readonly seen = recentlyUsed<true>(REMEMBERED);

  constructor(
    private readonly bus: Bus,
    private readonly limits: RateLimits,
  ) {}

  async verify(key: string, ip: string): Promise<Principal> {
    if (!apiKeyId(key)) throw unauthenticated({}, 'The API key is malformed.');
    if ((this.unknown.get(key) ?? 0) > performance.now()) throw unauthenticated({}, 'The API key is not valid.');
    const keyHash = createHash('sha256').update(key).digest('hex');
    const issuedAt = Date.now();
    try {
      const ask = async () =>
        isServiceKey(key)
          ? ofService(await this.bus.call(verifyServiceKey, { keyHash }), ip, issuedAt)
          : toPrincipal(await this.bus.call(verifyKey, { keyHash }), ip, issuedAt);
      const found = await (this.seen.get(keyHash) ? ask() : this.limits.whileChecking(ip, ask));
      this.seen.set(keyHash, true);
      return found;
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
      this.seen.delete(keyHash);
      this.unknown.set(key, performance.now() + UNKNOWN_TTL_MS);
      throw unauthenticated({}, 'The API key is not valid.');
    }
  }
}

function toPrincipal(found: Output<typeof verifyKey>, ip: string, issuedAt: number): Principal {
  const { keyId, orgId, userId, role, scopes, expiresAt } = found;
  const { memberVersion, only } = found as { memberVersion?: number; only?: Principal['only'] };
  const caller: Caller = { kind: 'api_key', keyId, orgId, userId, role, scopes, ip };
  const principal = principalOf(caller, `key:${keyId}`, { issuedAt, expiresAt });
  return { ...principal, ...(memberVersion === undefined ? {} : { memberVersion }), ...(only ? { only } : {}) };
}

/** It acts in no organisation until a request names one. */
function ofService(found: Output<typeof verifyServiceKey>, ip: string, issuedAt: number): Principal {
  const { keyId, scopes, expiresAt } = found;
  const caller: Caller = { kind: 'service_key', keyId, scopes, ip };
  return principalOf(caller, `service-key:${keyId}`, { issuedAt, expiresAt });
}

/** Looked up again after a minute, or when the key ends. */
function principalOf(
  caller: Caller,
  rateKey: string,
  { issuedAt, expiresAt }: { issuedAt: number; expiresAt: string | null },
): Principal {
  const endsAt = expiresAt ? Date.parse(expiresAt) : Number.POSITIVE_INFINITY;
  return { caller, rateKey, expires: Math.min(issuedAt + TTL_MS, endsAt), endsAt, issuedAt, signed: undefined };
}

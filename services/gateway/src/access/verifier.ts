import { Injectable } from '@nestjs/common';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import { atAddress, isFresh, type Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';
import { AccessTokens } from './access-tokens.ts';
import { ApiKeys } from './api-keys.ts';
import { Revocations } from './revocations.ts';

const REMEMBERED = 20_000;
const ATTEMPTS = 3;

/**
 * Whose token it is. Verified tokens are cached, so that the next request of the same caller is served from memory;
 * revocations evict them within milliseconds. Many requests with the same unknown token cause one verification. The
 * address is that of the request, not of the token's first use: log-ins are limited by address.
 */
@Injectable()
export class Verifier {
  private readonly known = recentlyUsed<Principal>(REMEMBERED);
  private readonly checking = new Map<string, Promise<Principal>>();

  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly apiKeys: ApiKeys,
    private readonly revocations: Revocations,
  ) {}

  /** Synchronous for a known token. Throws `unauthenticated` for invalid credentials. */
  verify(token: string, ip: string): Principal | Promise<Principal> {
    const known = this.known.get(token);
    if (known) {
      if (isFresh(known) && !this.revocations.isRevoked(known)) return this.seenAt(token, known, ip);
      this.known.delete(token);
    }
    let running = this.checking.get(token);
    if (!running) {
      running = this.check(token, ip).finally(() => this.checking.delete(token));
      this.checking.set(token, running);
    }
    return running.then((principal) => this.seenAt(token, principal, ip));
  }

  /** The newest address stays cached with what is signed for it: few callers alternate between two. */
  private seenAt(token: string, principal: Principal, ip: string): Principal {
    if (principal.caller.ip === ip) return principal;
    const moved = atAddress(principal, ip);
    this.known.set(token, moved);
    return moved;
  }

  /**
   * Identity's answer about a key may be older than a change of its owner's role that arrives in the meantime: the key
   * has not ended then, and is looked up again. A token never changes.
   */
  private async check(token: string, ip: string): Promise<Principal> {
    const isKey = /^tgs?_/.test(token);
    const source = isKey ? this.apiKeys : this.accessTokens;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const principal = await source.verify(token, ip);
      if (!this.revocations.isRevoked(principal)) {
        this.known.set(token, principal);
        return principal;
      }
      if (!isKey) break;
    }
    throw unauthenticated({}, 'The credentials were revoked. Log in again.');
  }
}

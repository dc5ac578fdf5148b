import { Injectable } from '@nestjs/common';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import { AccessTokens } from './access-tokens.ts';
import { ApiKeys } from './api-keys.ts';
import { Lru } from './lru.ts';
import type { Principal } from './principal.ts';
import { Revocations } from './revocations.ts';

const REMEMBERED = 20_000;
const LOOKS = 3;

/**
 * Whose token it is. What was verified is remembered, so that the next request of the same caller costs a look into a
 * map; revocations drop it within milliseconds. Many requests with a token that is not known yet cause one verification.
 */
@Injectable()
export class Verifier {
  private readonly known = new Lru<Principal>(REMEMBERED);
  private readonly checking = new Map<string, Promise<Principal>>();

  constructor(
    private readonly accessTokens: AccessTokens,
    private readonly apiKeys: ApiKeys,
    private readonly revocations: Revocations,
  ) {}

  /** At once when it is known. Throws `unauthenticated` for credentials that do not count. */
  verify(token: string, ip: string): Principal | Promise<Principal> {
    const known = this.known.get(token);
    if (known) {
      if (known.expires > Date.now() && !this.revocations.isRevoked(known)) return known;
      this.known.delete(token);
    }
    let running = this.checking.get(token);
    if (!running) {
      running = this.check(token, ip).finally(() => this.checking.delete(token));
      this.checking.set(token, running);
    }
    return running;
  }

  /**
   * What identity says of a key may be older than a change of its owner's role that is heard meanwhile: then the key is
   * not over, and is asked about again. A token says the same for ever.
   */
  private async check(token: string, ip: string): Promise<Principal> {
    const isKey = token.startsWith('tg_');
    const source = isKey ? this.apiKeys : this.accessTokens;
    for (let look = 1; look <= LOOKS; look += 1) {
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

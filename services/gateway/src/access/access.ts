import { Injectable } from '@nestjs/common';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import type { FastifyRequest } from 'fastify';
import type { Credential, Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';
import { networkOf } from '../limits/network.rules.ts';
import { SessionCookies } from './session-cookies.ts';
import { Verifier } from './verifier.ts';

export type { Principal } from '../kernel/principal.ts';

const SIGNED_MS = 30_000;
const ADDRESSES = 20_000;

/** The credentials of a request: a bearer access token, a bearer API key or the session cookie. */
@Injectable()
export class Access {
  private readonly anonymousByIp = recentlyUsed<Principal>(ADDRESSES);

  constructor(
    private readonly verifier: Verifier,
    private readonly cookies: SessionCookies,
    private readonly tokens: CallerTokens,
  ) {}

  anonymous(ip: string): Principal {
    const known = this.anonymousByIp.get(ip);
    if (known) return known;
    const caller: Caller = { kind: 'anonymous', scopes: [], ip, network: networkOf(ip) };
    const made = { caller, rateKey: '', expires: Number.POSITIVE_INFINITY, issuedAt: 0, signed: undefined };
    this.anonymousByIp.set(ip, made);
    return made;
  }

  /** Undefined without credentials. Throws for a malformed header, and for cookies sent by a page of another site. */
  credential(request: FastifyRequest): Credential | undefined {
    const given = bearer(request);
    if (given !== undefined) return { token: given, byCookie: false };
    const token = this.cookies.accessToken(request);
    return token === undefined ? undefined : { token, byCookie: true };
  }

  /** The caller, anonymous without credentials. Throws `unauthenticated` for invalid credentials. */
  authenticate(credential: Credential | undefined, ip: string): Principal | Promise<Principal> {
    return credential ? this.verifier.verify(credential.token, ip) : this.anonymous(ip);
  }

  /** The signed caller for the bus, renewed every half minute. */
  callerToken(principal: Principal): string {
    const now = performance.now();
    if (!principal.signed || principal.signed.until < now) {
      principal.signed = { token: this.tokens.sign(principal.caller), until: now + SIGNED_MS };
    }
    return principal.signed.token;
  }
}

function bearer(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer ([\x21-\x7e]{1,4000})$/i.exec(header);
  if (!match?.[1]) throw unauthenticated({}, 'Send the header Authorization: Bearer <token>.');
  return match[1];
}

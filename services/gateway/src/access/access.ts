import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { apiKeyId } from '@tidegate/contracts/identity/api-key-format';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { ACCESS_TOKEN_AUDIENCE, getJwks, MEMBER_VERSION_CLAIM } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import type { FastifyRequest } from 'fastify';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { Revocations } from './revocations.ts';
import { SessionCookies } from './session-cookies.ts';

export interface Principal {
  caller: Caller;
  /** Whose requests count together. */
  rateKey: string;
  /** Epoch milliseconds from which the credentials count no more. */
  expires: number;
  issuedAt: number;
  /** Of the membership that the credentials carry: `Revocations` knows which are over. */
  memberVersion?: number;
  signed: { token: string; until: number } | undefined;
}

const KEY_TTL_MS = 60_000;
const UNKNOWN_KEY_TTL_MS = 5_000;
const JWKS_TTL_MS = 300_000;
const JWKS_COOLDOWN_MS = 5_000;
const SIGNED_MS = 30_000;
const REMEMBERED = 20_000;
const SKEW_SECONDS = 30;

/**
 * Who asks: a bearer access token, a bearer API key or the session cookie. What was verified is remembered, so that
 * the next request of the same caller costs a look into a map; revocations drop it within milliseconds.
 */
@Injectable()
export class Access {
  private readonly known = new Map<string, Principal | { unknownUntil: number }>();
  private readonly anonymousByIp = new Map<string, Principal>();
  private jwks: { verify: ReturnType<typeof createLocalJWKSet>; kids: Set<string>; fetched: number } | undefined;
  private readonly checking = new Map<string, Promise<Principal>>();

  constructor(
    private readonly bus: Bus,
    private readonly tokens: CallerTokens,
    private readonly revocations: Revocations,
    private readonly cookies: SessionCookies,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  anonymous(request: FastifyRequest): Principal {
    const known = this.anonymousByIp.get(request.ip);
    if (known) return known;
    if (this.anonymousByIp.size >= REMEMBERED) this.anonymousByIp.clear();
    const caller: Caller = { kind: 'anonymous', scopes: [], ip: request.ip };
    const made = {
      caller,
      rateKey: `ip:${request.ip}`,
      expires: Number.POSITIVE_INFINITY,
      issuedAt: 0,
      signed: undefined,
    };
    this.anonymousByIp.set(request.ip, made);
    return made;
  }

  /** The caller, anonymous without credentials. Throws `unauthenticated` for credentials that do not count. */
  async authenticate(request: FastifyRequest): Promise<Principal> {
    const token = bearer(request) ?? this.cookies.accessToken(request);
    if (token === undefined) return this.anonymous(request);
    const known = this.known.get(token);
    if (known && 'caller' in known) {
      if (known.expires > Date.now() && !this.revocations.isRevoked(known)) return known;
      this.known.delete(token);
    } else if (known && known.unknownUntil > Date.now()) throw unauthenticated({}, 'The API key is not valid.');
    return this.check(token, request.ip);
  }

  /** The signed caller for the bus, made anew every half minute. */
  callerToken(principal: Principal): string {
    const now = Date.now();
    if (!principal.signed || principal.signed.until < now) {
      principal.signed = { token: this.tokens.sign(principal.caller, now), until: now + SIGNED_MS };
    }
    return principal.signed.token;
  }

  /** Many requests with a token that is not known yet cause one verification. */
  private check(token: string, ip: string): Promise<Principal> {
    let running = this.checking.get(token);
    if (!running) {
      running = this.verify(token, ip).finally(() => this.checking.delete(token));
      this.checking.set(token, running);
    }
    return running;
  }

  private async verify(token: string, ip: string): Promise<Principal> {
    const principal = token.startsWith('tg_') ? await this.verifyKey(token, ip) : await this.verifyToken(token, ip);
    if (this.revocations.isRevoked(principal)) throw unauthenticated({}, 'The credentials were revoked. Log in again.');
    this.remember(token, principal);
    return principal;
  }

  private remember(token: string, entry: Principal | { unknownUntil: number }): void {
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(token, entry);
  }

  private async verifyKey(key: string, ip: string): Promise<Principal> {
    if (!apiKeyId(key)) throw unauthenticated({}, 'The API key is malformed.');
    const issuedAt = Date.now();
    const keyHash = createHash('sha256').update(key).digest('hex');
    try {
      const found = await this.bus.call(verifyKey, { keyHash });
      const { keyId, orgId, userId, role, scopes } = found;
      const expires = Math.min(
        issuedAt + KEY_TTL_MS,
        found.expiresAt ? Date.parse(found.expiresAt) : Number.POSITIVE_INFINITY,
      );
      const caller: Caller = { kind: 'api_key', keyId, orgId, userId, role, scopes, ip };
      const { memberVersion } = found;
      return { caller, rateKey: `key:${keyId}`, expires, issuedAt, memberVersion, signed: undefined };
    } catch (error) {
      if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
      this.remember(key, { unknownUntil: Date.now() + UNKNOWN_KEY_TTL_MS });
      throw unauthenticated({}, 'The API key is not valid.');
    }
  }

  private async verifyToken(token: string, ip: string): Promise<Principal> {
    const {
      sub,
      sid,
      org,
      role,
      operator,
      iat,
      exp,
      [MEMBER_VERSION_CLAIM]: version,
    } = await this.verifiedClaims(token);
    const scopes = [...(ROLE_SCOPES[role as Role] ?? []), ...(operator === true ? ['operator'] : [])];
    const caller: Caller = {
      kind: 'user',
      userId: sub as string,
      sessionId: sid as string,
      ...(org ? { orgId: org as string, role: role as string } : {}),
      scopes,
      ip,
    };
    return {
      caller,
      rateKey: `user:${sub}`,
      expires: (exp ?? 0) * 1_000,
      issuedAt: (iat ?? 0) * 1_000,
      ...(typeof version === 'number' ? { memberVersion: version } : {}),
      signed: undefined,
    };
  }

  private async verifiedClaims(token: string): Promise<JWTPayload> {
    try {
      const kid = headerKid(token);
      const verify = await this.keys(kid);
      const { payload } = await jwtVerify(token, verify, {
        issuer: this.settings.publicUrl,
        audience: ACCESS_TOKEN_AUDIENCE,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        clockTolerance: SKEW_SECONDS,
        requiredClaims: ['sub', 'sid', 'iat', 'exp', 'jti'],
      });
      return payload;
    } catch (error) {
      if (error instanceof ProblemError && error.status >= 500) throw error;
      throw unauthenticated({}, 'The access token is not valid. Refresh it or log in again.');
    }
  }

  /** Keys are fetched again for an unknown kid, but not more often than a flood of forged ones could make harmful. */
  private async keys(kid: string | undefined): Promise<ReturnType<typeof createLocalJWKSet>> {
    const age = this.jwks ? Date.now() - this.jwks.fetched : Number.POSITIVE_INFINITY;
    const unknown = !kid || !this.jwks?.kids.has(kid);
    if (!this.jwks || age > JWKS_TTL_MS || (unknown && age > JWKS_COOLDOWN_MS)) {
      const { keys } = await this.bus.call(getJwks, {});
      this.jwks = {
        verify: createLocalJWKSet({ keys: keys as never }),
        kids: new Set(keys.map((key) => String(key['kid']))),
        fetched: Date.now(),
      };
    }
    return this.jwks.verify;
  }
}

function bearer(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  if (header === undefined) return undefined;
  const match = /^Bearer ([\x21-\x7e]{1,4000})$/i.exec(header);
  if (!match?.[1]) throw unauthenticated({}, 'Send the header Authorization: Bearer <token>.');
  return match[1];
}

function headerKid(token: string): string | undefined {
  const head = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: unknown };
  return typeof head.kid === 'string' ? head.kid : undefined;
}

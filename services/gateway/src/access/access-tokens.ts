import { Inject, Injectable } from '@nestjs/common';
import { OPERATOR_SCOPES, ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { ACCESS_TOKEN_AUDIENCE, getJwks } from '@tidegate/contracts/identity/tokens';
import { ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Bus } from '@tidegate/messaging/bus';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import type { Principal } from '../kernel/principal.ts';

const TTL_MS = 300_000;
/** Between two fetches, whatever triggers them: forged kids, or identity being away. */
const COOLDOWN_MS = 5_000;
const SKEW_SECONDS = 30;

interface Keys {
  verify: ReturnType<typeof createLocalJWKSet>;
  kids: Set<string>;
}

/**
 * Access tokens, verified here with identity's public keys. The keys are fetched once at a time, however many requests
 * wait, and known keys stay valid while identity is away: only an unknown key needs it.
 */
@Injectable()
export class AccessTokens {
  private keys: Keys | undefined;
  /** When, by a clock that nobody sets. */
  private tried = 0;
  private fetching: Promise<Keys> | undefined;

  constructor(
    private readonly bus: Bus,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  async verify(token: string, ip: string): Promise<Principal> {
    const { sub, sid, org, role, operator, iat, exp, mv } = await this.claims(token);
    const scopes = [...(ROLE_SCOPES[role as Role] ?? []), ...(operator === true ? OPERATOR_SCOPES : [])];
    return {
      caller: {
        kind: 'user',
        userId: sub as string,
        sessionId: sid as string,
        ...(org ? { orgId: org as string, role: role as string } : {}),
        scopes,
        ip,
      },
      rateKey: `user:${sub}`,
      expires: (exp ?? 0) * 1_000,
      issuedAt: (iat ?? 0) * 1_000,
      ...(typeof mv === 'number' ? { memberVersion: mv } : {}),
      signed: undefined,
    };
  }

  private async claims(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, (await this.keysFor(kidOf(token))).verify, {
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

  private async keysFor(kid: string): Promise<Keys> {
    const { keys } = this;
    const age = performance.now() - this.tried;
    if (keys?.kids.has(kid) && age <= TTL_MS) return keys;
    if (keys && age <= COOLDOWN_MS && !this.fetching) return keys;
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = undefined;
    });
    if (!keys?.kids.has(kid)) return this.fetching;
    // Known keys stay valid: nobody waits for their renewal.
    this.fetching.catch((error: unknown) => this.log.warn({ error }, 'The keys of access tokens could not be renewed'));
    return keys;
  }

  private async fetch(): Promise<Keys> {
    this.tried = performance.now();
    const { keys } = await this.bus.call(getJwks, {});
    this.keys = {
      verify: createLocalJWKSet({ keys: keys as never }),
      kids: new Set(keys.map((key) => String(key['kid']))),
    };
    return this.keys;
  }
}

function kidOf(token: string): string {
  const head = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid?: unknown };
  if (typeof head.kid !== 'string') throw new Error('The token names no key.');
  return head.kid;
}

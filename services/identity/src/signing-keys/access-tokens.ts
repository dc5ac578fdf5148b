import { Inject, Injectable } from '@nestjs/common';
import type { Role } from '@tidegate/contracts/identity/roles';
import { ACCESS_TOKEN_AUDIENCE, ACCESS_TOKEN_SECONDS, MEMBER_VERSION_CLAIM } from '@tidegate/contracts/identity/tokens';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { SignJWT } from 'jose';
import { SigningKeys } from './signing-keys.ts';

export interface Claims {
  userId: string;
  sessionId: string;
  isOperator: boolean;
  orgId?: string;
  role?: Role;
  memberVersion?: number;
}

/** JWTs by RFC 9068: `typ` at+jwt, five minutes, at most one organisation. */
@Injectable()
export class AccessTokens {
  constructor(
    private readonly keys: SigningKeys,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async issue(claims: Claims): Promise<{ accessToken: string; accessTokenExpiresAt: string }> {
    const { kid, key } = this.keys.current();
    const now = Math.floor(Date.now() / 1_000);
    const accessToken = await new SignJWT({
      sid: claims.sessionId,
      ...(claims.orgId ? { org: claims.orgId, role: claims.role, [MEMBER_VERSION_CLAIM]: claims.memberVersion } : {}),
      ...(claims.isOperator ? { operator: true } : {}),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(this.settings.publicUrl)
      .setAudience(ACCESS_TOKEN_AUDIENCE)
      .setSubject(claims.userId)
      .setJti(crypto.randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_TOKEN_SECONDS)
      .sign(key);
    return { accessToken, accessTokenExpiresAt: new Date((now + ACCESS_TOKEN_SECONDS) * 1_000).toISOString() };
  }
}

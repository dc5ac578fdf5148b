import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { makeApiKey } from '@tidegate/contracts/identity/api-key-format';
import { verifyKey } from '@tidegate/contracts/identity/api-keys';
import { findDomain } from '@tidegate/contracts/identity/domains';
import { roleOf } from '@tidegate/contracts/identity/members';
import { creatorOf } from '@tidegate/contracts/identity/organisations';
import { ROLE_SCOPES, type Role } from '@tidegate/contracts/identity/roles';
import { type ServiceKeyScope, verifyServiceKey } from '@tidegate/contracts/identity/service-keys';
import {
  checkSession,
  invalidGrant,
  login,
  logout,
  refresh,
  type Session,
  wrongCredentials,
} from '@tidegate/contracts/identity/sessions';
import { ACCESS_TOKEN_AUDIENCE, getJwks } from '@tidegate/contracts/identity/tokens';
import { notFound, problemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { exportJWK, SignJWT } from 'jose';
import type { Neighbours } from './neighbours.ts';

export const PASSWORD = 'correct horse battery';

interface Key {
  orgId: string;
  scopes: string[];
  expiresAt: string | null;
  only?: { parameter: string; id: string };
}

/** Identity as far as the gateway needs it: people, sessions, memberships and keys, by its contracts. */
export class Accounts {
  readonly sessions = new Map<string, { userId: string; orgId: string; refreshToken: string }>();
  readonly roles = new Map<string, Role>();
  readonly keys = new Map<string, Key & { keyId: string }>();
  private readonly serviceKeys = new Map<string, { keyId: string; scopes: ServiceKeyScope[] }>();
  /** Organisations by the domains that they have proved. */
  readonly domains = new Map<string, string>();
  /** Organisations that there are not. */
  readonly deleted = new Set<string>();
  private readonly pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  private readonly issuer: string;
  kid = 'k1';

  constructor(neighbours: Neighbours, issuer: string) {
    this.issuer = issuer;
    neighbours.on(getJwks, async () => {
      const jwk = await exportJWK(this.pair.publicKey);
      return { keys: [{ ...jwk, kid: this.kid, alg: 'ES256', use: 'sig' }] };
    });
    neighbours.on(verifyKey, ({ keyHash }) => {
      const key = this.keys.get(keyHash);
      if (!key) throw notFound();
      return { ...key, userId: newId(), role: 'admin', memberVersion: 1 };
    });
    neighbours.on(verifyServiceKey, ({ keyHash }) => {
      const key = this.serviceKeys.get(keyHash);
      if (!key) throw notFound();
      return { ...key, expiresAt: null };
    });
    neighbours.on(findDomain, ({ name }) => {
      const organisationId = this.domains.get(name);
      if (!organisationId) throw notFound();
      return { organisationId };
    });
    neighbours.on(creatorOf, ({ organisationId }) => {
      if (this.deleted.has(organisationId)) throw notFound();
      return { userId: newId() };
    });
    neighbours.on(roleOf, ({ organisationId, userId }) => {
      const role = this.roles.get(`${organisationId} ${userId}`);
      if (!role) throw notFound();
      return { role, scopes: [...ROLE_SCOPES[role]], memberVersion: 1 };
    });
    neighbours.on(checkSession, ({ sessionId }) => {
      if (!this.sessions.has(sessionId)) throw notFound();
      return { expiresAt: new Date(Date.now() + 86_400_000).toISOString() };
    });
    neighbours.on(login, async ({ password }) => {
      if (password !== PASSWORD) throw problemError(wrongCredentials);
      return this.session(this.newSession());
    });
    neighbours.on(refresh, async ({ refreshToken }) => {
      const found = [...this.sessions].find(([, session]) => session.refreshToken === refreshToken);
      if (!found) throw problemError(invalidGrant);
      return this.session(found[0]);
    });
    neighbours.on(logout, (_input, caller) => {
      this.sessions.delete(caller.sessionId ?? '');
      return {};
    });
  }

  newSession(orgId = newId(), role: Role = 'owner', userId = newId()): string {
    const sessionId = newId();
    this.sessions.set(sessionId, { userId, orgId, refreshToken: randomBytes(30).toString('base64url') });
    this.roles.set(`${orgId} ${userId}`, role);
    return sessionId;
  }

  async accessToken(sessionId: string, { seconds = 300, kid = this.kid } = {}): Promise<string> {
    const { userId, orgId } = this.sessions.get(sessionId) as { userId: string; orgId: string };
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ sid: sessionId, org: orgId, role: this.roles.get(`${orgId} ${userId}`) ?? 'viewer', mv: 1 })
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
      .setSubject(userId)
      .setIssuer(this.issuer)
      .setAudience(ACCESS_TOKEN_AUDIENCE)
      .setJti(newId())
      .setIssuedAt(now - 1)
      .setExpirationTime(now + seconds)
      .sign(this.pair.privateKey);
  }

  /** An API key with these scopes; every key has its own text. */
  newKey(orgId: string, scopes: string[], expiresAt: string | null = null): string {
    return this.key({ orgId, scopes, expiresAt });
  }

  /** The key in a link that reads one thing. */
  newLink(orgId: string, scope: string, only: { parameter: string; id: string }): string {
    return this.key({ orgId, scopes: [scope], expiresAt: null, only });
  }

  private key(of: Key): string {
    const { key, keyId } = makeApiKey(randomBytes);
    this.keys.set(createHash('sha256').update(key).digest('hex'), { keyId, ...of });
    return key;
  }

  newServiceKey(scopes: ServiceKeyScope[]): string {
    const { key, keyId } = makeApiKey(randomBytes, 'tgs');
    this.serviceKeys.set(createHash('sha256').update(key).digest('hex'), { keyId, scopes });
    return key;
  }

  private async session(sessionId: string): Promise<Session> {
    const { userId, orgId, refreshToken } = this.sessions.get(sessionId) as {
      userId: string;
      orgId: string;
      refreshToken: string;
    };
    const later = new Date(Date.now() + 300_000).toISOString();
    return {
      accessToken: await this.accessToken(sessionId),
      accessTokenExpiresAt: later,
      refreshToken,
      refreshTokenExpiresAt: later,
      user: {
        id: userId,
        email: 'ada@example.com',
        emailVerified: true,
        name: 'Ada',
        isOperator: false,
        createdAt: later,
      },
      organisation: { id: orgId, name: 'Ada' },
      role: 'owner',
    };
  }
}

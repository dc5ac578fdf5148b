import { Injectable } from '@nestjs/common';
import { roleOf } from '@tidegate/contracts/identity/members';
import { creatorOf } from '@tidegate/contracts/identity/organisations';
import { OPERATOR_SCOPES } from '@tidegate/contracts/identity/roles';
import { checkSession } from '@tidegate/contracts/identity/sessions';
import { forbidden, invalid, ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Id } from '@tidegate/contracts/kernel/types';
import { Bus } from '@tidegate/messaging/bus';
import { atAddress, type Credential, isFresh, type Principal } from '../kernel/principal.ts';
import { recentlyUsed } from '../kernel/recently-used.ts';
import { Revocations } from './revocations.ts';
import { Verifier } from './verifier.ts';

export const ORGANISATION_HEADER = 'tidegate-organisation';
const TTL_MS = 60_000;
/** Shorter than revocations are remembered. */
const EXISTING_MS = 300_000;
const REMEMBERED = 20_000;
/** How long an open stream continues before its session and membership are verified again. */
const STREAM_MS = 300_000;

/**
 * In which organisation a request acts. The default is the session's; each request may name another one of the
 * person's, so that two tabs do not affect each other. Identity's answer about a membership is cached for a minute and
 * evicted when it is revoked.
 */
@Injectable()
export class Memberships {
  private readonly known = recentlyUsed<Principal>(REMEMBERED);
  /** Organisations that service keys have named, forgotten before their revocation would be. */
  private readonly existing = recentlyUsed<true>(REMEMBERED, { ttl: EXISTING_MS });

  constructor(
    private readonly bus: Bus,
    private readonly revocations: Revocations,
    private readonly verifier: Verifier,
  ) {}

  /** The principal in the named organisation; unchanged when it acts there already. */
  choose(principal: Principal, wanted: string, field: string): Principal | Promise<Principal> {
    const { kind, orgId, sessionId, keyId } = principal.caller;
    if (!Id.safeParse(wanted).success) throw invalid(field, 'invalid_format', 'Send the id of an organisation.');
    const organisationId = wanted.toLowerCase();
    if (kind === 'anonymous' || orgId === organisationId) return principal;
    if (kind === 'api_key') throw forbidden({}, 'An API key acts in its own organisation only.');
    const key = `${kind === 'service_key' ? keyId : sessionId} ${organisationId}`;
    const known = this.known.get(key);
    if (known && isFresh(known) && !this.revocations.isRevoked(known)) {
      return atAddress(known, principal.caller.ip ?? '');
    }
    const asked =
      kind === 'service_key' ? this.byOperator(principal, organisationId) : this.ask(principal, organisationId);
    return asked.then((chosen) => {
      this.known.set(key, chosen);
      return chosen;
    });
  }

  /** A service key acts in every organisation that there is. One that was deleted is revoked, whatever is remembered. */
  private async byOperator(principal: Principal, orgId: string): Promise<Principal> {
    const chosen = { ...principal, caller: { ...principal.caller, orgId }, signed: undefined };
    if (!this.existing.get(orgId)) {
      await this.bus.call(creatorOf, { organisationId: orgId }).catch((error: unknown) => {
        if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
        throw forbidden({}, 'There is no such organisation.');
      });
      this.existing.set(orgId, true);
    }
    if (this.revocations.isRevoked(chosen)) throw forbidden({}, 'There is no such organisation.');
    return chosen;
  }

  /** Asked again when a change overtook identity's answer, whose role is out of date then. */
  private async ask(principal: Principal, organisationId: string): Promise<Principal> {
    const chosen = await this.inOrganisation(principal, organisationId, TTL_MS);
    if (!this.revocations.isRevoked(chosen)) return chosen;
    const again = await this.inOrganisation(principal, organisationId, TTL_MS);
    if (this.revocations.isRevoked(again)) throw unauthenticated({}, 'The credentials were revoked. Log in again.');
    return again;
  }

  /**
   * Verifies the principal of a stream again when its time is over. Throws when its credentials have ended: a script's
   * stream ends with its access token, a browser's lives as long as its session.
   */
  async renew(principal: Principal, { token, byCookie }: Credential): Promise<Principal> {
    const { kind, userId = '', sessionId = '', orgId = '', ip = '' } = principal.caller;
    if (kind === 'api_key') return this.verifier.verify(token, ip);
    if (!byCookie) throw unauthenticated({}, 'The access token has expired.');
    const session = await this.bus.call(checkSession, { sessionId, userId }).catch(gone);
    const one = { ...principal, expires: Date.parse(session.expiresAt) };
    const renewed = await this.inOrganisation(one, orgId, STREAM_MS);
    if (!this.revocations.isRevoked(renewed)) return renewed;
    // A role that changed during the call does not end the stream.
    const again = await this.inOrganisation(one, orgId, STREAM_MS);
    if (this.revocations.isRevoked(again)) throw unauthenticated({}, 'The session has ended.');
    return again;
  }

  private async inOrganisation(principal: Principal, organisationId: string, ttlMs: number): Promise<Principal> {
    const { caller } = principal;
    const issuedAt = Date.now();
    const found = await this.bus
      .call(roleOf, { organisationId, userId: caller.userId ?? '' })
      .catch((error: unknown) => {
        if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
        throw forbidden({}, 'You are not a member of this organisation.');
      });
    const { memberVersion } = found as { memberVersion?: number };
    const scopes = [...found.scopes, ...(caller.scopes.includes('operator') ? OPERATOR_SCOPES : [])];
    return {
      caller: { ...caller, orgId: organisationId, role: found.role, scopes },
      rateKey: principal.rateKey,
      expires: Math.min(principal.expires, issuedAt + ttlMs),
      issuedAt,
      ...(memberVersion === undefined ? {} : { memberVersion }),
      signed: undefined,
    };
  }
}

function gone(error: unknown): never {
  if (!(error instanceof ProblemError) || error.code !== 'not_found') throw error;
  throw unauthenticated({}, 'The session has ended.');
}

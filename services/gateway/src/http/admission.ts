import { Injectable } from '@nestjs/common';
import { forbidden, ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.ts';
import { Memberships, ORGANISATION_HEADER } from '../access/memberships.ts';
import type { Credential, Principal } from '../access/principal.ts';
import { RateLimits } from '../limits/rate-limits.ts';

/**
 * Who is it, not too fast, in which organisation, and may they: before a byte of the body is read. Wrong credentials
 * count like none at all. Answers at once when everything is known, which is nearly always.
 */
@Injectable()
export class Admission {
  constructor(
    private readonly access: Access,
    private readonly memberships: Memberships,
    private readonly limits: RateLimits,
  ) {}

  admit(scope: string, request: FastifyRequest, reply: FastifyReply): Principal | Promise<Principal> {
    if (scope === 'public') return this.admitAnonymous(request, reply);
    const enter = ({ principal }: { principal: Principal }) => authorize(scope, principal);
    const wanted = request.headers[ORGANISATION_HEADER];
    const found = this.identify(request, reply, wanted, '/Tidegate-Organisation');
    return found instanceof Promise ? found.then(enter) : enter(found);
  }

  admitAnonymous(request: FastifyRequest, reply: FastifyReply): Principal {
    const principal = this.access.anonymous(request.ip);
    this.limits.takeCaller(principal, request.ip, reply);
    return principal;
  }

  /** For the live stream, which browsers open without headers of their own. */
  async admitStream(request: FastifyRequest, reply: FastifyReply) {
    const { organisation } = request.query as { organisation?: unknown };
    const wanted = organisation ?? request.headers[ORGANISATION_HEADER];
    const { principal, credential } = await this.identify(request, reply, wanted, '/organisation');
    if (!credential) throw unauthenticated({}, 'Send an access token or an API key.');
    return { principal, credential };
  }

  private identify(request: FastifyRequest, reply: FastifyReply, wanted: unknown, field: string) {
    let credential: Credential | undefined;
    const enter = (principal: Principal) => {
      this.limits.takeCaller(principal, request.ip, reply);
      if (wanted === undefined) return { principal, credential };
      const chosen = this.memberships.choose(principal, String(wanted), field);
      return chosen instanceof Promise
        ? chosen.then((one) => ({ principal: one, credential }))
        : { principal: chosen, credential };
    };
    const refuse = (error: unknown): never => {
      if (error instanceof ProblemError && error.status === 401) this.limits.takeFailure(request.ip, reply);
      throw error;
    };
    let found: Principal | Promise<Principal>;
    try {
      credential = this.access.credential(request);
      found = this.access.authenticate(credential, request.ip);
    } catch (error) {
      return refuse(error);
    }
    return found instanceof Promise ? found.then(enter, refuse) : enter(found);
  }
}

function authorize(scope: string, principal: Principal): Principal {
  const { kind, scopes } = principal.caller;
  if (kind === 'anonymous') throw unauthenticated({}, 'Send an access token or an API key as a bearer token.');
  if (scope !== 'self' && !scopes.includes(scope)) throw forbidden({ scope }, `This needs the scope ${scope}.`);
  return principal;
}

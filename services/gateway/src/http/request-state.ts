import type { FastifyInstance } from 'fastify';
import type { OrganisationHost } from '../kernel/organisation-host.ts';
import type { Principal } from '../kernel/principal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may be CloudEvents. */
    cloudEvents?: boolean;
  }
  interface FastifyRequest {
    /** The admitted caller; undefined before admission, and when it was refused. */
    principal: Principal | undefined;
    /** By whose domain it came; undefined by a name of the installation. */
    organisationHost: OrganisationHost | undefined;
    traceId: string;
    /** Of the answered problem. */
    problemCode: string | undefined;
  }
}

/** What the edge stores about a request until it is answered. */
export function keepRequestState(fastify: FastifyInstance): void {
  fastify.decorateRequest('principal', undefined);
  fastify.decorateRequest('organisationHost', undefined);
  fastify.decorateRequest('traceId', '');
  fastify.decorateRequest('problemCode', undefined);
}

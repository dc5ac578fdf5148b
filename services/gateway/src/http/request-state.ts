import type { FastifyInstance } from 'fastify';
import type { Principal } from '../kernel/principal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who was let in; undefined before, and when nobody was. */
    principal: Principal | undefined;
    traceId: string;
    /** Of the problem that was answered. */
    problemCode: string | undefined;
  }
}

/** What the edge stores about a request until it is answered. */
export function keepRequestState(fastify: FastifyInstance): void {
  fastify.decorateRequest('principal', undefined);
  fastify.decorateRequest('traceId', '');
  fastify.decorateRequest('problemCode', undefined);
}

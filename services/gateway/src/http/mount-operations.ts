import { ANONYMOUS } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { forbidden, invalid, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Empty } from '@tidegate/contracts/kernel/types';
import type { Bus } from '@tidegate/messaging/bus';
import { checkSecrets, hasSecrets } from '@tidegate/messaging/secrets';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access, Principal } from '../access/access.ts';
import type { SessionCookies } from '../access/session-cookies.ts';
import type { Quota } from '../limits/quota.ts';
import type { RateLimits } from '../limits/rate-limits.ts';
import { coercer } from './coerce.ts';
import { checkText } from './json-body.ts';

export interface Edge {
  bus: Bus;
  access: Access;
  cookies: SessionCookies;
  rateLimits: RateLimits;
  quota: Quota;
}

/** Every operation that has a route, mounted the same way: there is no code per endpoint. */
export function mountOperations(fastify: FastifyInstance, operations: Operation[], edge: Edge): void {
  for (const operation of operations) {
    if (!operation.http) continue;
    const [method, path] = operation.http;
    fastify.route({
      method,
      url: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
      handler: operationHandler(operation, edge),
    });
  }
}

function operationHandler(operation: Operation, edge: Edge) {
  const toInput = inputReader(operation);
  checkSecrets(operation);
  const raw = !hasSecrets(operation.output);
  const empty = operation.output === Empty;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const principal = await admit(operation, request, reply, edge);
    const input = await edge.cookies.addRefreshToken(operation, request, toInput(request));
    const options = {
      callerToken: edge.access.callerToken(principal),
      ...(operation.readonly ? {} : { idempotencyKey: idempotencyKey(request) }),
    };
    void reply.code(empty ? 204 : operation.status);
    if (empty) {
      await edge.bus.call(operation, input, options);
      edge.cookies.afterEmpty(operation, request, reply);
      return reply.send();
    }
    void reply.header('content-type', 'application/json; charset=utf-8');
    if (raw) return reply.send(await edge.bus.callRaw(operation, input, options));
    const output = await edge.bus.call(operation, input, options);
    return reply.send(JSON.stringify(edge.cookies.takeTokens(operation, request, reply, output)));
  };
}

/** Who is it, may they, not too fast, and within their quota. */
async function admit(
  operation: Operation,
  request: FastifyRequest,
  reply: FastifyReply,
  edge: Edge,
): Promise<Principal> {
  const principal =
    operation.scope === 'public' ? edge.access.anonymous(request) : await edge.access.authenticate(request);
  edge.rateLimits.take(principal, reply);
  if (operation.scope === 'public') return principal;
  if (principal.caller === ANONYMOUS || principal.caller.kind === 'anonymous') {
    throw unauthenticated({}, 'Send an access token or an API key as a bearer token.');
  }
  if (operation.scope !== 'self' && !principal.caller.scopes.includes(operation.scope)) {
    throw forbidden({ scope: operation.scope }, `This needs the scope ${operation.scope}.`);
  }
  if (principal.caller.orgId) await edge.quota.spend(principal.caller.orgId);
  return principal;
}

/** Path, query and body as one input object. A field may come from one place only. */
function inputReader(operation: Operation): (request: FastifyRequest) => Record<string, unknown> {
  const coerce = coercer(operation.input);
  const withBody = operation.http?.[0] !== 'GET' && operation.http?.[0] !== 'DELETE';
  return (request) => {
    const input: Record<string, unknown> = {};
    if (withBody) Object.assign(input, request.body ?? {});
    for (const [source, values] of [
      ['path', request.params],
      ['query', request.query],
    ] as const) {
      for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) {
        if (Object.hasOwn(input, name)) throw invalid(`/${name}`, 'given_twice', `It is in the ${source} already.`);
        for (const text of [value].flat()) if (typeof text === 'string') checkText(text, `/${name}`);
        input[name] = coerce(name, value);
      }
    }
    return input;
  };
}

function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw invalid('/Idempotency-Key', 'invalid_format', 'Send 1 to 200 visible ASCII characters, such as a uuid.');
  }
  return key;
}

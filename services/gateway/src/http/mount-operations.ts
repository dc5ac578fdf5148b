import { login, refresh, register } from '@tidegate/contracts/identity/sessions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { invalid, ProblemError, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Empty } from '@tidegate/contracts/kernel/types';
import { checkSecrets, hasSecrets } from '@tidegate/messaging/secrets';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { compressAnswer, mayBeCompressed, varyBy } from '../kernel/compress-answers.ts';
import { entityTag, isUnchanged, readerOf, refuseConditions, requireMatch } from '../kernel/entity-tags.ts';
import { endsIn, type Principal } from '../kernel/principal.ts';
import type { Spent } from '../limits/quota.ts';
import { recaller } from './answered-before.ts';
import { fileIn } from './answered-file.ts';
import { eventsOf } from './cloud-events.ts';
import { coercer } from './coerce.ts';
import { csvIn, isPaged, sendPages, wantsCsv } from './csv-pages.ts';
import type { EdgeParts } from './edge-parts.ts';
import { checkText } from './json-body.ts';
import { locationOf } from './locations.ts';
import { logOutByCookie } from './log-out.ts';
import { ownOperations } from './own-operations.ts';
import { untilKnown } from './own-revocations.ts';
import { Spared, spareOverloaded } from './spare-overloaded.ts';

/** Bodies that a network may send without limit, right or wrong, are small. */
const JUDGED_BYTES = 16_384;

/** Every operation that has a route, mounted the same way: there is no code per endpoint. */
export function mountOperations(fastify: FastifyInstance, operations: readonly Operation[], edge: EdgeParts): void {
  const spared = new Spared();
  for (const operation of operations) {
    if (!operation.http) continue;
    const [method, path] = operation.http;
    fastify.route({
      method,
      url: path.replaceAll(/\{([^}]+)\}/g, ':$1'),
      exposeHeadRoute: method === 'GET',
      config: { cloudEvents: operation.cloudEvents },
      ...(operation.judgedByInput ? { bodyLimit: JUDGED_BYTES } : {}),
      onRequest: admission(operation, edge),
      ...(mayBeCompressed(operation) ? { onSend: compressAnswer } : {}),
      handler: operationHandler(operation, operations, edge, spared),
    });
  }
}

/** Before the body is read; synchronous when everything is cached. */
function admission(operation: Operation, { admission: gate, cookies, refused }: EdgeParts) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const refuse = (error: Error) => {
      refused.note(operation, request, error);
      done(error);
    };
    const enter = (principal: Principal) => {
      request.principal = principal;
      done();
    };
    try {
      const anonymous = cookies.isCookieLogout(operation, request);
      const admitted = anonymous ? gate.admitAnonymous(request, reply) : gate.admit(operation, request, reply);
      if (admitted instanceof Promise) admitted.then(enter, refuse);
      else enter(admitted);
    } catch (error) {
      refuse(error as Error);
    }
  };
}

export interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
  callerToken: string;
  input: Record<string, unknown>;
  /** Only an earlier answer is looked up. */
  recall?: true;
}

/** The answer as text; undefined when it has none. */
export type Ask = (exchange: Exchange) => Promise<string | undefined>;

function operationHandler(operation: Operation, operations: readonly Operation[], edge: EdgeParts, spared: Spared) {
  checkSecrets(operation);
  const toInput = inputReader(operation);
  const asked = asker(operation, edge);
  const ask = untilKnown(operation, edge.revocations, spareOverloaded(operation, spared, asked));
  const answer = answerer(operation, operations);
  const recall = recaller(operation, asked);
  const paged = isPaged(operation);
  const condition = conditionOf(operation, operations, edge);
  const carefully: Ask = async (exchange) => {
    const refusal = await condition(exchange).catch((error: unknown) => error);
    return refusal === undefined ? ask(exchange) : recall(exchange, refusal);
  };
  const respond = operation.http?.[0] === 'GET' ? ask : carefully;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const principal = request.principal as Principal;
    if (edge.cookies.isCookieLogout(operation, request)) {
      await logOutByCookie(edge, request, reply);
      return reply.code(204).send();
    }
    const { caller } = principal;
    const callerToken = edge.access.callerToken(principal);
    const exchange = { request, reply, caller, callerToken, input: toInput(request) };
    const asCsv = wantsCsv(operation, request, exchange.input);
    let spent: Spent | undefined;
    let body: string | undefined;
    try {
      const letIn = spend(operation, principal, edge);
      spent = letIn instanceof Promise ? await letIn : letIn;
    } catch (error) {
      describeRate(principal, reply, edge);
      return reply.send(answer(request, reply, await recall(exchange, error)));
    }
    if (spent) describeRate(principal, reply, edge);
    try {
      if (asCsv && paged) await sendPages(exchange, respond, stillSigned(principal, edge));
      else body = answer(request, reply, await respond(exchange));
    } catch (error) {
      edge.refused.note(operation, request, error);
      const ours = !(error instanceof ProblemError) || error.status >= 500;
      if (operation.judgedByInput && !ours) edge.limits.noteFailure(request.ip);
      if (spent && ours) edge.quota.refund(spent);
      if (spent && !ours) await edge.quota.settle(spent);
      throw error;
    }
    if (spent) await edge.quota.settle(spent);
    if (asCsv && paged) return reply;
    if (operation.csv) varyBy(reply, 'accept');
    if (operation.file && body !== undefined) return reply.send(fileIn(reply, operation.file, body));
    return reply.send(asCsv ? csvIn(reply, body) : body);
  };
}

/** Only API keys have a quota: a person in a browser is never locked out of reading, and a link costs its organisation nothing. */
function spend(
  { metered }: Operation,
  { caller, only }: Principal,
  { quota }: EdgeParts,
): Spent | Promise<Spent> | undefined {
  return metered && caller.kind === 'api_key' && !only && caller.orgId
    ? quota.spend(caller.orgId, caller.keyId ?? '')
    : undefined;
}

/** The signed caller of the next page: the credentials may be revoked, or end, while a long table is read. */
function stillSigned(principal: Principal, { access, revocations }: EdgeParts): () => string {
  return () => {
    if (endsIn(principal) <= 0 || revocations.isRevoked(principal))
      throw unauthenticated({}, 'The credentials have ended.');
    return access.callerToken(principal);
  };
}

function describeRate({ caller }: Principal, reply: FastifyReply, { quota }: EdgeParts): void {
  if (caller.orgId) quota.describe(caller.orgId, reply);
}

/** For writes: they apply only to the version that the caller has seen. */
function conditionOf(operation: Operation, operations: readonly Operation[], { bus }: EdgeParts) {
  const reader = readerOf(operation, operations);
  const inPath = [...(operation.http?.[1].matchAll(/\{([^}]+)\}/g) ?? [])].map(([, name]) => name as string);
  return async ({ request: { headers }, input, callerToken }: Exchange): Promise<void> => {
    refuseConditions(headers, reader);
    if (!reader || headers['if-match'] === undefined) return;
    const which = Object.fromEntries(inPath.map((name) => [name, input[name]]));
    requireMatch(headers['if-match'], entityTag(await bus.callRaw(reader, which, { callerToken })));
  };
}

/** Status and headers of what the operation answered. */
function answerer(operation: Operation, operations: readonly Operation[]) {
  const location = locationOf(operation, operations);
  const isGet = operation.http?.[0] === 'GET';
  const hasTag = isGet || readerOf(operation, operations)?.output === operation.output;
  return ({ headers }: FastifyRequest, reply: FastifyReply, body: string | undefined): string | undefined => {
    if (body === undefined) {
      void reply.code(204);
      return undefined;
    }
    void reply.code(operation.status).header('content-type', 'application/json; charset=utf-8');
    if (location) void reply.header('location', location(JSON.parse(body)));
    if (!hasTag) return body;
    const tag = entityTag(body);
    void reply.header('etag', tag);
    if (!isGet) return body;
    requireMatch(headers['if-match'], tag);
    if (!isUnchanged(headers, tag)) return body;
    void reply.code(304);
    return undefined;
  };
}

function asker(operation: Operation, edge: EdgeParts): Ask {
  const { bus, cookies, installation } = edge;
  const optionsOf = ({ request, callerToken, recall }: Exchange) =>
    operation.readonly ? { callerToken } : { callerToken, ...idempotencyKey(request), recall };
  const own = ownOperations(bus, installation).get(operation);
  if (own) return (exchange) => own(exchange, optionsOf(exchange));
  if (operation.output === Empty) {
    return async (exchange) => {
      await bus.call(operation, exchange.input, optionsOf(exchange));
      return undefined;
    };
  }
  if (!hasSecrets(operation.output)) return (exchange) => bus.callRaw(operation, exchange.input, optionsOf(exchange));
  return async (exchange) => {
    const { request, reply } = exchange;
    const { input, byCookie, deviceId } = cookies.prepare(operation, request, withDevice(operation, exchange));
    try {
      const output = await bus.call(operation, input, optionsOf(exchange));
      return JSON.stringify(byCookie ? cookies.takeTokens(request, reply, output, deviceId) : output);
    } catch (error) {
      // A browser whose session has ended should not keep useless cookies.
      const ended = error instanceof ProblemError && error.code === 'invalid_grant';
      if (byCookie && ended && (operation as unknown) === refresh) cookies.clear(reply);
      throw error;
    }
  };
}

/** Sessions are listed with what used them; a client that says nothing is named by its header. */
const BEGINNING: ReadonlySet<Operation> = new Set<Operation>([login, register, refresh]);
function withDevice(operation: Operation, { request, input }: Exchange): Record<string, unknown> {
  const device = request.headers['user-agent']?.slice(0, 400);
  return BEGINNING.has(operation) && device && input['device'] === undefined ? { ...input, device } : input;
}

/** Path, query and body as one input object. A field may come from one place only. */
function inputReader(operation: Operation): (request: FastifyRequest) => Record<string, unknown> {
  const coerce = coercer(operation.input);
  const withBody = operation.http?.[0] !== 'GET' && operation.http?.[0] !== 'DELETE';
  return (request) => {
    const input: Record<string, unknown> = {};
    if (withBody) {
      const body = operation.cloudEvents ? eventsOf(request.headers, request.body) : request.body;
      Object.assign(input, body ?? {});
    }
    for (const [source, values] of [
      ['path', request.params],
      ['query', request.query],
    ] as const) {
      for (const [name, value] of Object.entries((values ?? {}) as Record<string, unknown>)) {
        if (name in Object.prototype) throw invalid(`/${name}`, 'forbidden_key', 'This key is not allowed. Remove it.');
        if (Object.hasOwn(input, name))
          throw invalid(`/${name}`, 'given_twice', 'It is already in the {source}.', { source });
        for (const text of [value].flat()) if (typeof text === 'string') checkText(text, `/${name}`);
        input[name] = coerce(name, value);
      }
    }
    return input;
  };
}

function idempotencyKey(request: FastifyRequest): { idempotencyKey?: string } {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return {};
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw invalid('/Idempotency-Key', 'invalid_format', 'Send 1 to 200 visible ASCII characters, such as a uuid.');
  }
  return { idempotencyKey: key };
}

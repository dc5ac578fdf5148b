import '@tidegate/contracts/all';
import { login, refresh } from '@tidegate/contracts/identity/sessions';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { conflict, notFound, ProblemDocument } from '@tidegate/contracts/kernel/problem';
import { operations } from '@tidegate/contracts/kernel/registry';
import { returnLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import type { Answer, Rest } from '@tidegate/testing/platform';
import { GatewayWorld } from '../../test/fixture.ts';
import { answerOf, inputOf } from '../../test/neighbours.ts';

/*
 * Every operation against every way in which the edge may refuse it. The services behind it are fakes held to their
 * contracts (test/neighbours.ts), so this tests the edge alone: who, how often, in which form, and what is passed on.
 */
const ALL = operations().filter(({ http, service }) => http && service !== 'gateway');
const PUBLIC = ALL.filter(({ scope }) => scope === 'public');
const KNOWN = ALL.filter(({ scope }) => scope !== 'public');
const SCOPED = KNOWN.filter(({ scope }) => scope !== 'self');
const BODIES = KNOWN.filter(({ http }) => http?.[0] !== 'GET' && http?.[0] !== 'DELETE');
const named = (some: Operation[]) => some.map((operation) => [operation.name, operation] as const);

let world: GatewayWorld;
let allowed: Rest;
beforeAll(async () => {
  world = await GatewayWorld.start({ RATE_LIMIT_ANONYMOUS_PER_MINUTE: '100000', RATE_LIMIT_PER_MINUTE: '100000' });
  const scopes = [...new Set(ALL.map(({ scope }) => scope))];
  allowed = world.rest.as(world.accounts.newKey(newId(), scopes));
});
afterAll(() => world.stop());
beforeEach(() => {
  world.neighbours.reset();
  for (const operation of [login, refresh]) world.neighbours.on(operation, () => answerOf(operation));
});

/** The operation's example, in path, query and body. */
function request(operation: Operation, extra: Record<string, unknown> = {}) {
  const [method, path] = operation.http as [string, string];
  const input = { ...inputOf(operation), ...extra };
  const filled = path.replaceAll(/\{([^}]+)\}/g, (_all, name: string) => {
    const value = encodeURIComponent(String(input[name]));
    delete input[name];
    return value;
  });
  if (method !== 'GET' && method !== 'DELETE') return { method, path: filled, body: input };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input)) {
    for (const one of [value].flat()) if (one !== undefined && one !== null) query.append(name, String(one));
  }
  return { method, path: query.size > 0 ? `${filled}?${query}` : filled, body: undefined };
}

function send(operation: Operation, rest: Rest, headers: Record<string, string> = {}, extra = {}): Promise<Answer> {
  const { method, path, body } = request(operation, extra);
  return rest.send(method, path, body, headers);
}

function expectProblem(answer: Answer, status: number, code?: string): void {
  expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code: code ?? expect.any(String) });
  const document = ProblemDocument.parse(answer.body);
  expect(document.traceId).toBe(answer.headers.get('trace-id'));
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
}

// The example's lease does not exist.
const ANSWERED = ALL.filter((operation) => (operation as unknown) !== returnLease);
test.each(named(ANSWERED))('%s answers as its contract says', async (_name, operation) => {
  const answer = await send(operation, operation.scope === 'public' ? world.rest : allowed);
  expect(answer.status).toBe(Object.keys(answerOf(operation) as object).length === 0 ? 204 : operation.status);
  if (operation.file) expect(answer.body['text']).toMatch(/^%PDF/);
  else if (answer.status !== 204) operation.output.parse(answer.body);
  const location = answer.headers.get('location');
  if (location !== null) expect(location.split('/').at(-1)).toBe(answer.body['id']);
});

test.each(named(KNOWN))('%s: 401 without, with wrong and with ended credentials', async (_name, operation) => {
  for (const rest of [world.rest, world.rest.as('x.y.z'), world.rest.as('tg_nothing')]) {
    const answer = await send(operation, rest);
    expectProblem(answer, 401, 'unauthenticated');
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  }
});

test.each(named(SCOPED))('%s: 403 without its scope, for keys and people', async (_name, operation) => {
  const nobody = world.rest.as(world.accounts.newKey(newId(), []));
  const answer = await send(operation, nobody);
  expectProblem(answer, 403, 'forbidden');
  expect(answer.body['scope']).toBe(operation.scope);
});

test.each(named(KNOWN))('%s: 404 and 409 are passed on from the service', async (_name, operation) => {
  world.neighbours.on(operation, () => {
    throw notFound({}, 'There is no such server.');
  });
  expectProblem(await send(operation, allowed), 404, 'not_found');
  world.neighbours.on(operation, () => {
    throw conflict({}, 'There is nothing to confirm.');
  });
  expectProblem(await send(operation, allowed), 409, 'conflict');
});

test.each(named(ALL))('%s: 405 by another method, and it says which', async (_name, operation) => {
  const path = (request(operation).path.split('?')[0] as string).split('/');
  const pattern = (url: string) => url.split('/');
  const fits = (parts: string[]) =>
    parts.length === path.length && parts.every((part, at) => part.startsWith('{') || part === path[at]);
  const known = ALL.filter(({ http }) => fits(pattern(http?.[1] as string))).map(({ http }) => http?.[0]);
  const other = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].find((method) => !known.includes(method as 'GET')) as string;
  const answer = await allowed.send(other, path.join('/'));
  expectProblem(answer, 405, 'method_not_allowed');
  expect(answer.headers.get('allow')).toContain(operation.http?.[0]);
});

test.each(named(BODIES))('%s: 400, 413 and 415 by its body, 422 by an unknown field', async (_name, operation) => {
  const { method, path } = request(operation);
  expectProblem(await allowed.send(method, path, '{"a":'), 400, 'malformed_body');
  expectProblem(await allowed.send(method, path, `{"a":"${'x'.repeat(950_000)}"}`), 413, 'body_too_large');
  expectProblem(
    await allowed.send(method, path, 'a=1', { 'content-type': 'text/plain' }),
    415,
    'unsupported_media_type',
  );
});

test.each(named(ALL))('%s: 422 names the field that is unknown or invalid', async (_name, operation) => {
  const rest = operation.scope === 'public' ? world.rest : allowed;
  const answer = await send(operation, rest, {}, { nonsense: 1 });
  expectProblem(answer, 422, 'validation_failed');
  expect(JSON.stringify(answer.body['errors'])).toContain('nonsense');
});

test.each(named(KNOWN))('%s: 429 when the API calls are used up, or never', async (_name, operation) => {
  world.quota.limit = 0;
  const key = world.rest.as(world.accounts.newKey(newId(), [operation.scope]));
  const answer = await send(operation, key);
  if (operation.metered) expectProblem(answer, 429, 'quota_exhausted');
  else expect(answer.status).not.toBe(429);
  // People in a browser are never locked out.
  const person = await world.as(world.accounts.newSession(newId(), 'owner'));
  expect((await send(operation, person)).status).not.toBe(429);
  world.quota.limit = null;
});

test.each(named(KNOWN))(
  '%s: 429 when the plan allows no more calls in this minute, or never',
  async (_name, operation) => {
    world.quota.perMinute = 0;
    const key = world.rest.as(world.accounts.newKey(newId(), [operation.scope]));
    const answer = await send(operation, key);
    world.quota.perMinute = null;
    if (!operation.metered) return expect(answer.status).not.toBe(429);
    expectProblem(answer, 429, 'rate_limited');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  },
);

test('every request passes its idempotency key on; a malformed one is refused', async () => {
  for (const operation of ANSWERED.filter(({ readonly, scope }) => !readonly && scope !== 'public')) {
    expect((await send(operation, allowed, { 'idempotency-key': 'k'.repeat(200) })).status).toBeLessThan(300);
    expectProblem(await send(operation, allowed, { 'idempotency-key': 'k'.repeat(201) }), 422);
  }
});

test('503 with Retry-After when no replica of a service is running', async () => {
  for (const [service, some] of Map.groupBy(ALL, (operation) => operation.service)) {
    if (service === 'identity') continue;
    await world.neighbours.stop(service);
    for (const operation of some) {
      const answer = await send(operation, operation.scope === 'public' ? world.rest : allowed);
      expectProblem(answer, 503, 'unavailable');
      expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    }
    await world.neighbours.start(
      service,
      operations().filter((one) => one.service === service),
    );
  }
  expect(PUBLIC.length).toBeGreaterThan(3);
});

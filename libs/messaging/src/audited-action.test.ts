import '@tidegate/contracts/all';
import { renameOrganisation } from '@tidegate/contracts/identity/organisations';
import type { Audited } from '@tidegate/contracts/kernel/audit';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { operations } from '@tidegate/contracts/kernel/registry';
import { isSecret, secret } from '@tidegate/contracts/kernel/types';
import { z } from 'zod';
import { actionOf, changesBetween } from './audited-action.ts';

const ORG = '0197f0e0-0000-7000-8000-000000000001';
const USER = '0197f0e0-0000-7000-8000-000000000002';
const at = new Date('2026-11-29T12:00:00.000Z');
const ada: Caller = { kind: 'user', orgId: ORG, userId: USER, sessionId: 's1', ip: '192.0.2.7', scopes: [] };

const Thing = z.object({
  id: z.string(),
  name: z.string(),
  limits: z.object({ most: z.number().nullable(), days: z.array(z.string()) }),
  owner: z.string().nullable(),
});
/** An operation that changes a thing, as contracts declare it; not registered, because other tests look at all that are. */
const changing = (audit: Audited, http: Operation['http'] = ['PATCH', '/api/v1/things/{thingId}']): Operation => ({
  ...renameOrganisation,
  name: 'things.change',
  http,
  audit,
  input: z.strictObject({
    thingId: z.string().optional(),
    organisationId: z.string().optional(),
    name: z.string().optional(),
    limits: z.unknown().optional(),
    note: z.string().optional(),
    password: secret(z.string()).optional(),
  }),
  output: Thing.partial(),
});
const bot = { thing: 'bot', id: 'thingId', shows: ['name', 'limits'] } as const;
const was = { id: 't', name: 'Alpha', limits: { most: 3, days: ['Mon', 'Tue'] }, owner: null };
const now = { id: 't', name: 'Beta', limits: { most: null, days: ['Mon'] }, owner: null };

test('of each field that may be shown it says what it was and what it is, however deep it lies', () => {
  const done = { input: { thingId: 't', name: 'Beta', limits: {} }, output: now, was, caller: ada, at };
  expect(actionOf(changing(bot), done)).toEqual({
    organisationId: ORG,
    action: 'things.change',
    at: at.toISOString(),
    actor: { kind: 'person', userId: USER, sessionId: 's1', address: '192.0.2.7' },
    thing: { kind: 'bot', id: 't', name: 'Beta' },
    changes: [
      { field: 'name', from: 'Alpha', to: 'Beta' },
      { field: 'limits.most', from: '3', to: null },
      { field: 'limits.days', from: 'Mon, Tue', to: 'Mon' },
    ],
  });
});

test('what was set and may not be shown is named without its value, and what it was not known before is left out', () => {
  const input = { thingId: 't', name: 'Beta', note: 'private', password: 'hunter2' };
  const action = actionOf(changing(bot), { input, output: {}, caller: ada, at });
  expect(action?.changes).toEqual([
    { field: 'name', to: 'Beta' },
    { field: 'note', hidden: true },
    { field: 'password', hidden: true },
  ]);
  expect(JSON.stringify(action)).not.toMatch(/hunter2|private/);
});

test('a contract that shows a secret by mistake shows that it was set', () => {
  const careless = changing({ ...bot, shows: ['password'], name: 'password' });
  const action = actionOf(careless, { input: { thingId: 't', password: 'hunter2' }, output: {}, caller: ada, at });
  expect(action).toMatchObject({ changes: [{ field: 'password', hidden: true }], thing: { name: null } });
  expect(JSON.stringify(action)).not.toContain('hunter2');
});

test('a change that changes nothing is none; anything else that is done again is', () => {
  const same = { input: { thingId: 't', name: 'Alpha' }, output: was, was, caller: ada, at };
  expect(actionOf(changing(bot), same)).toBeUndefined();
  expect(actionOf(changing(bot, ['POST', '/api/v1/things/{thingId}']), same)).toMatchObject({ changes: [] });
  expect(actionOf(changing(bot), { ...same, input: { ...same.input, password: 'new' } })).toMatchObject({
    changes: [{ field: 'password', hidden: true }],
  });
});

test('what is deleted keeps its name, by what it was', () => {
  const remove = changing({ thing: 'bot', id: 'thingId' }, ['DELETE', '/api/v1/things/{thingId}']);
  const action = actionOf(remove, { input: { thingId: 't' }, output: {}, was, caller: ada, at });
  expect(action).toMatchObject({ thing: { id: 't', name: 'Alpha' }, changes: [] });
});

test('names and values cannot falsify the page: control, bidi and invisible characters go, long ones are cut', () => {
  const name = `a\u202egnp.exe\u0000\n\u200b${'x'.repeat(2_000)}`;
  const action = actionOf(changing(bot), { input: { thingId: 't\u202e', name }, output: {}, caller: ada, at });
  expect(action?.thing).toEqual({ kind: 'bot', id: 't', name: expect.stringMatching(/^agnp\.exe x+…$/) });
  expect(action?.changes[0]?.to).toHaveLength(301);
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, n]));
  const all = actionOf(changing(bot), { input: { thingId: 't', limits: many }, output: {}, caller: ada, at });
  expect(all?.changes).toHaveLength(40);
});

test('it says by which means: a key, an operator, a backend of the operator, the platform', () => {
  const by = (caller: Caller, scope = 'org:admin') =>
    actionOf({ ...changing(bot), scope }, { input: { thingId: 't' }, output: {}, caller, at })?.actor;
  const key: Caller = { kind: 'api_key', orgId: ORG, userId: USER, keyId: 'k1', ip: '192.0.2.7', scopes: [] };
  expect(by(key)).toEqual({ kind: 'api_key', userId: USER, keyId: 'k1', address: '192.0.2.7' });
  expect(by(ada, 'operator')).toMatchObject({ kind: 'support', userId: USER });
  const platform: Caller = { kind: 'service', service: 'platform', orgId: ORG, scopes: [] };
  expect(by(platform, 'operator')).toEqual({ kind: 'support' });
  expect(by(platform)).toEqual({ kind: 'platform' });
  expect(by({ kind: 'service_key', orgId: ORG, keyId: 'sk', scopes: [] })).toEqual({ kind: 'service_key' });
});

test('it is of the organisation that the contract names, and of none where nobody acts in one', () => {
  const other = '0197f0e0-0000-7000-8000-000000000009';
  const done = { input: { thingId: 't', organisationId: other }, output: {}, at };
  expect(actionOf(changing({ ...bot, of: 'organisationId' }), { ...done, caller: ada })?.organisationId).toBe(other);
  const { orgId: _, ...nowhere } = ada;
  expect(actionOf(changing(bot), { ...done, caller: nowhere })).toBeUndefined();
});

test('of what is told without an operation it says what differs', () => {
  expect(
    changesBetween(['plan', 'status'], { plan: 'free', status: 'active' }, { plan: 'pro', status: 'active' }),
  ).toEqual([{ field: 'plan', from: 'free', to: 'pro' }]);
});

const audited = operations().filter((one) => 'thing' in (one.audit ?? {}));
test.each(audited.map((one) => [one.subject, one] as const))(
  '%s tells no secret and nothing else unnamed',
  (_, one) => {
    const { shows = [], id = 'id', name = 'name', of, by, before } = one.audit as Audited;
    const open = new Set([...shows, id, name, of, by].map((path) => path?.split('.')[0]));
    const marked = (schema: z.ZodType, word = 'is') =>
      sampleOf(schema, (field) => (open.has(field) ? word : 'UNNAMED'));
    const input = marked(one.input);
    const done = {
      input,
      output: marked(one.output),
      was: marked(before?.().output ?? one.output, 'was'),
      caller: ada,
      at,
    };
    const action = actionOf(one, done);
    expect(action).toBeDefined();
    expect(JSON.stringify(action)).not.toMatch(/SECRET|UNNAMED/);
  },
);

/** A value of every field, which says whether it may be seen. */
function sampleOf(schema: z.ZodType, said: (field: string) => string, path: string[] = []): unknown {
  const def = schema.def as {
    type: string;
    innerType?: z.ZodType;
    in?: z.ZodType;
    element?: z.ZodType;
    options?: unknown;
  };
  if (isSecret(schema)) return `SECRET-${path.join('.')}`;
  const inner = def.innerType ?? def.in;
  if (inner) return sampleOf(inner, said, path);
  const [field = ''] = path;
  if ('shape' in schema) {
    const shape = Object.entries(schema.shape as Record<string, z.ZodType>);
    return Object.fromEntries(shape.map(([key, one]) => [key, sampleOf(one, said, [...path, key])]));
  }
  if (def.element) return [sampleOf(def.element, said, path)];
  if (def.type === 'union') return sampleOf((def.options as z.ZodType[])[0] as z.ZodType, said, path);
  if (/^organisation(Id)?$/.test(field)) return ORG;
  return `${said(field)}-${path.join('.')}`;
}

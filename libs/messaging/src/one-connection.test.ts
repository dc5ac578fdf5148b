import { operation } from '@tidegate/contracts/kernel/operation';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { AskFirst } from '@tidegate/database/ask-first';
import { newId } from '@tidegate/database/ids';
import { evenWhileHeld } from '@tidegate/database/one-connection';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { z } from 'zod';
import { Bus } from './bus.ts';
import type { OperationContext } from './handler.ts';
import { OperationRunner } from './operation-runner.ts';
import { Outbox } from './outbox.ts';

const found = operation({
  service: 'identity',
  name: 'one-connection.found',
  scope: 'service',
  summary: 'Makes something for another organisation than the caller’s',
  input: z.strictObject({ name: z.string() }),
  output: z.object({ id: z.string() }),
});

let schema: TestSchema;
let runner: OperationRunner;
beforeAll(async () => {
  schema = await testSchema(`
    create table things (org_id uuid not null, id uuid not null, name text not null, primary key (org_id, id));
    select tidegate.protect('things');`);
  runner = new OperationRunner(schema.tenants, new Outbox('identity', () => {}));
});

afterAll(() => schema.close());

const insert = 'insert into things (org_id, id, name) values ($1, $2, $3)';
const caller = (orgId = newId()) => ({ kind: 'service' as const, orgId, scopes: ['*'] });
const things = async (name: string) =>
  (await schema.sql<{ org_id: string }>('select org_id from things where name = $1', [name])).map((row) => row.org_id);

/** Runs the handler as the server does. */
const ask = (
  run: (call: OperationContext<typeof found>) => Promise<unknown>,
  name: string,
  key?: string,
  from = caller(),
) =>
  runner.run(
    { operation: found, run: run as never },
    { caller: from, input: { name }, key, deadline: Date.now() + 60_000 },
  );

async function make({ input, tx }: OperationContext<typeof found>) {
  const id = newId();
  await tx.as({ orgId: id }).query(insert, [id, id, input.name]);
  return { id };
}

test('twice as many keyed requests as connections: all succeed, and others are served meanwhile', async () => {
  const all = Promise.all(Array.from({ length: 16 }, (_, n) => ask(make, 'crowd', `key-${n}`)));
  const other = await schema.tenants.read(newId(), (tx) => tx.query('select 1 as one'));
  expect(other).toEqual([{ one: 1 }]);
  await all;
  expect(await things('crowd')).toHaveLength(16);
});

test('a request with its key repeated makes one thing and answers the same', async () => {
  const from = caller();
  const answers = await Promise.all(Array.from({ length: 12 }, () => ask(make, 'again', 'same', from)));
  expect(new Set(answers.map((answer) => (answer as { id: string }).id)).size).toBe(1);
  expect(await things('again')).toHaveLength(1);
});

test('a repetition that is refused before its first query is answered as the request was', async () => {
  const from = caller();
  const first = await ask(make, 'last of a quota', 'paid', from);
  const refused = () => Promise.reject(conflict({}, 'There is nothing to confirm.'));
  expect(await ask(refused, 'last of a quota', 'paid', from)).toEqual(first);
  await expect(ask(refused, 'another', 'paid', from)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  await expect(ask(refused, 'last of a quota', 'new', from)).rejects.toMatchObject({ code: 'conflict' });
  await expect(ask(refused, 'last of a quota', 'paid', caller())).rejects.toMatchObject({ code: 'conflict' });
});

test('a person without an organisation can repeat a request too, and nobody else gets its answer', async () => {
  const person = (userId: string) => ({ kind: 'user' as const, userId, scopes: ['*'] });
  const own = { ...found, scope: 'self' };
  const as = (from: ReturnType<typeof person>) =>
    runner.run(
      { operation: own, run: make as never },
      { caller: from, input: { name: 'alone' }, key: 'same', deadline: Date.now() + 60_000 },
    );
  const [ada, eve] = [person(newId()), person(newId())];
  expect(await as(ada)).toEqual(await as(ada));
  await as(eve);
  expect(await things('alone')).toHaveLength(2);
});

test('the change and the record of its key are one commit: a request that dies leaves neither', async () => {
  const from = caller();
  const dies = ask(
    async (call) => {
      await make(call);
      await call.tx.query('select pg_terminate_backend(pg_backend_pid())');
      return { id: 'never' };
    },
    'dies',
    'key',
    from,
  );
  await expect(dies).rejects.toThrow();
  expect(await things('dies')).toEqual([]);
  expect(await schema.sql('select 1 from idempotency_keys where org_id = $1', [from.orgId])).toEqual([]);
  await ask(make, 'dies', 'key', from);
  expect(await things('dies')).toHaveLength(1);
});

test('each view of a transaction sees its own organisation, even when their queries are sent side by side', async () => {
  const [one, two] = [newId(), newId()];
  await schema.tenants
    .run(one, async (tx) => {
      const other = tx.as({ orgId: two });
      await Promise.all([tx.query(insert, [one, newId(), 'mine']), other.query(insert, [two, newId(), 'theirs'])]);
      const seen = await Promise.all([tx, other, tx, other].map((view) => view.query('select name from things')));
      expect(seen.map((rows) => rows.map((row) => row['name']))).toEqual([['mine'], ['theirs'], ['mine'], ['theirs']]);
      await expect(other.query(insert, [one, newId(), 'planted'])).rejects.toThrow(/row-level security/);
    })
    .catch((error: Error) => expect(error.message).toMatch(/was rolled back/));
  expect(await things('mine')).toEqual([]);
});

describe('a flow that holds a connection', () => {
  const { bus } = {
    bus: new Bus({
      service: 'identity',
      nc: { subscribe: () => ({}), status: async function* () {} } as never,
      tokens: {} as never,
      sealer: {} as never,
    }),
  };
  const held = <T>(work: () => Promise<T>) =>
    schema.tenants.run(newId(), async (tx) => {
      await tx.query('select 1');
      return work();
    });

  test.each<[string, () => Promise<unknown>]>([
    ['a transaction', () => schema.tenants.run(newId(), (tx) => tx.query('select 1'))],
    ['a snapshot', () => schema.tenants.snapshot(newId(), (tx) => tx.query('select 1'))],
    ['a reader', () => schema.tenants.reader({}).query('select 1')],
    ['another service', () => bus.call(found, { name: 'x' })],
  ])('is refused %s', async (_what, second) => {
    await expect(held(second)).rejects.toThrow(/while this flow holds a connection/);
    await expect(held(async () => setTimeout(() => {}, 0) && (await Promise.resolve().then(second)))).rejects.toThrow(
      /while this flow holds a connection/,
    );
  });

  test('may do so before its first query, after its commit, and where that was thought about', async () => {
    const before = schema.tenants.run(newId(), async (tx) => {
      await schema.tenants.read(newId(), (own) => own.query('select 1'));
      await tx.query('select 1');
    });
    await before;
    await held(() => evenWhileHeld('a test', () => schema.tenants.reader({}).query('select 1')));
    await schema.tenants.reader({}).query('select 1');
  });

  test('calls others first and then runs again', async () => {
    const orgId = newId();
    let known: string | undefined;
    const answer = await schema.tenants.run(orgId, async (tx) => {
      await tx.query(insert, [orgId, newId(), 'begun']);
      if (known) return known;
      throw new AskFirst(async () => {
        await schema.tenants.reader({}).query('select 1');
        known = 'answer';
        return (next) => next.query(insert, [orgId, newId(), 'kept']);
      });
    });
    expect(answer).toBe('answer');
    expect([await things('begun'), await things('kept')]).toEqual([[orgId], [orgId]]);
  });
});

import { operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { z } from 'zod';
import { isOutage } from './errors.ts';
import { OperationRunner } from './operation-runner.ts';
import { Outbox } from './outbox.ts';

/*
 * Errors of a database that fails over, is slow, or ends sessions: the caller retries later, and the pool is intact
 * then.
 */
const write = operation({
  service: 'identity',
  name: 'outages.write',
  scope: 'service',
  summary: 'Writes',
  input: z.strictObject({}),
  output: z.object({}),
});

let schema: TestSchema;
let runner: OperationRunner;
beforeAll(async () => {
  schema = await testSchema('create table notes (id uuid primary key)', { poolSize: 2, statementMs: 1_000 });
  runner = new OperationRunner(schema.tenants, new Outbox('identity', () => {}));
});
afterAll(() => schema.close());

const ask = (work: (tx: Tx) => Promise<unknown>, key?: string) =>
  runner.run(
    { operation: write, run: async ({ tx }) => work(tx).then(() => ({})) },
    {
      caller: { kind: 'service', orgId: newId(), scopes: ['*'] },
      input: {},
      key,
      deadline: Date.now() + 60_000,
    },
  );
const note = (tx: Tx) => tx.query('insert into notes values ($1)', [newId()]);
const role = () => schema.login.user;

/** More often than there are connections: none may be lost. */
async function fails(code: string | undefined, work: (tx: Tx) => Promise<unknown>): Promise<void> {
  for (const key of [undefined, 'a', undefined, 'b', undefined]) {
    const error = await ask(work, key).catch((reason: unknown) => reason);
    if (code) expect(error).toMatchObject({ code });
    expect(isOutage(error)).toBe(true);
  }
}

test('a statement that takes too long (57014)', async () => {
  await fails('57014', (tx) => tx.query('select pg_sleep(3)'));
  await ask(note);
});

test('a transaction that was idle for too long (25P03)', async () => {
  // Reported by the server, or by the driver that learned of it before.
  await fails(undefined, async (tx) => {
    await tx.query("set local idle_in_transaction_session_timeout = '50ms'");
    await new Promise((resolve) => setTimeout(resolve, 400));
    await note(tx);
  });
  await ask(note);
});

test('a primary that is read-only after a failover (25006): connections to it are dropped', async () => {
  await ask(note);
  // Like the old primary: connections stay open, and are read-only.
  await schema.sql(`alter role ${role()} in database ${schema.login.database} set default_transaction_read_only = on`);
  await schema.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and datname = current_database()',
    [role()],
  );
  await Promise.allSettled([1, 2].map(() => schema.tenants.reader({}).query('select pg_sleep(0.1)')));
  await fails('25006', note);
  // The new one takes writes; a connection to the old one would never notice.
  await Promise.allSettled([1, 2].map(() => ask((tx) => tx.query('select pg_sleep(0.1)'))));
  await schema.sql(`alter role ${role()} in database ${schema.login.database} reset default_transaction_read_only`);
  await Promise.allSettled([ask(note), ask(note)]);
  await ask(note);
});

test('a server that ends the session (57P01)', async () => {
  await fails('57P01', (tx) => tx.query('select pg_terminate_backend(pg_backend_pid())'));
  await ask(note);
  const reads = schema.tenants.reader({});
  for (const _ of [1, 2, 3]) {
    await expect(reads.query('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({ code: '57P01' });
    await reads.query('select 1');
  }
});

import { operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { Log } from '@tidegate/telemetry/log';
import { type TestSchema, testSchema } from '@tidegate/testing/schema';
import { until } from '@tidegate/testing/until';
import { z } from 'zod';
import { PurgeOrganisation } from './purge-organisation.ts';

const TABLES = ['parents', 'children', 'uses', 'samples', 'counted'];

let schema: TestSchema;
beforeAll(async () => {
  schema = await testSchema(`
    create table parents (org_id uuid not null, id int not null, primary key (org_id, id));
    create table children (org_id uuid not null, id int not null, parent int not null, primary key (org_id, id),
      foreign key (org_id, parent) references parents);
    -- Without an index on the organisation, as usage events are.
    create table uses (org_id uuid not null, at timestamptz not null, id int) partition by range (at);
    create table samples (org_id uuid not null, at date not null, id int, primary key (org_id, at, id)) partition by range (at);
    create table counted (org_id uuid not null, generation int not null, id int, primary key (org_id, generation, id)) partition by range (generation);
    create table counted_0 partition of counted for values from (0) to (1);
    create table counted_1 partition of counted for values from (1) to (2);
    select tidegate.protect(t) from unnest('{${TABLES}}'::text[]) t;
    do $$ declare day date; begin
      for day in select generate_series('2026-01-01'::date, '2026-01-03', '1 day') loop
        execute format('create table uses_%s partition of uses for values from (%L) to (%L)', to_char(day, 'YYYYMMDD'), day, day + 1);
        execute format('create table samples_%s partition of samples for values from (%L) to (%L)', to_char(day, 'YYYYMMDD'), day, day + 1);
        execute format('alter table uses_%s enable row level security', to_char(day, 'YYYYMMDD'));
        execute format('alter table uses_%s force row level security', to_char(day, 'YYYYMMDD'));
      end loop; end $$;`);
});
afterAll(() => schema.close());

async function fill(rows = 40): Promise<string> {
  const org = newId();
  await schema.tenants.run(org, async (tx) => {
    const series = `generate_series(1, ${rows}) n`;
    await tx.query(`insert into parents select $1, n from ${series}`, [org]);
    await tx.query(`insert into children select $1, n, n from ${series}`, [org]);
    await tx.query(`insert into uses select $1, '2026-01-01'::date + n % 3, n from ${series}`, [org]);
    await tx.query(`insert into counted select $1, n % 2, n from ${series}`, [org]);
    await tx.query(`insert into samples select $1, '2026-01-01'::date + n % 3, n from ${series}`, [org]);
  });
  return org;
}

const left = async (org: string) =>
  Promise.all(
    TABLES.map(async (table) =>
      Number((await schema.sql(`select count(*) as n from ${table} where org_id = $1`, [org]))[0]?.['n']),
    ),
  );
const noted = async (org: string) =>
  (await schema.sql<Record<string, unknown>>('select * from deleted_organisations where org_id = $1', [org]))[0];

const replica = () => new PurgeOrganisation(schema.tenants, { wake: () => {} } as never, new Log());
/** As the event comes: in a transaction of the organisation. */
const receive = (org: string) =>
  schema.tenants.run(org, (tx) =>
    replica().handle({ data: { orgId: org }, tx } as Parameters<PurgeOrganisation['handle']>[0]),
  );
async function sweep(signal = new AbortController().signal): Promise<void> {
  while ((await replica().turn({ signal })) === 'again' && !signal.aborted);
}

test('everything is deleted, in batches, from every table and partition; others keep theirs', async () => {
  const [gone, stays] = [await fill(5_000), await fill()];
  await receive(gone);
  await sweep();
  expect(await left(gone)).toEqual([0, 0, 0, 0, 0]);
  expect(await left(stays)).toEqual([40, 40, 40, 40, 40]);
  expect(await noted(gone)).toMatchObject({ rows: '25000', sweeps: 1, place: null });
});

test('a sweep that was interrupted goes on where it was', async () => {
  const gone = await fill(5_000);
  await receive(gone);
  let checks = 0;
  const signal = {
    get aborted() {
      checks += 1;
      return checks > 3;
    },
  };
  await replica().turn({ signal: signal as AbortSignal });
  expect(await noted(gone)).toMatchObject({ place: { step: 'children', page: 0 }, rows: '4000', sweeps: 0 });
  await sweep();
  expect(await left(gone)).toEqual([0, 0, 0, 0, 0]);
  expect(await noted(gone)).toMatchObject({ rows: '25000', sweeps: 1 });
});

test('nothing comes back: not from running transactions, nor from later ones, nor from a stream', async () => {
  const gone = await fill();
  let go = () => {};
  const waits = new Promise<void>((resolve) => {
    go = resolve;
  });
  const write = (tx: Tx) => tx.query('insert into parents values ($1, 1000)', [gone]);
  let entered = () => {};
  const underWay = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const before = schema.tenants.run(gone, async (tx) => {
    await tx.query('select 1');
    entered();
    await waits;
    await write(tx);
  });
  await underWay;
  await receive(gone);
  await expect(schema.tenants.run(gone, write)).rejects.toThrow('The organisation was deleted.');
  await expect(schema.tenants.run(newId(), (tx) => write(tx.as({ orgId: gone })))).rejects.toThrow(
    'The organisation was deleted.',
  );
  const sweeping = sweep();
  const waiting = "select 1 from pg_stat_activity where query like '%virtualxid%' and pid <> pg_backend_pid()";
  await until(async () => (await schema.sql(waiting)).length > 0);
  expect(await noted(gone)).toMatchObject({ rows: '0', sweeps: 0 });
  go();
  await before;
  await sweeping;
  expect(await left(gone)).toEqual([0, 0, 0, 0, 0]);

  // Usage that waited in a stream is written by a system loop, which enters no organisation: the next sweep finds it.
  await schema.sql("insert into uses values ($1, '2026-01-02', 1)", [gone]);
  await schema.sql("update deleted_organisations set due_at = now() - interval '1 s' where org_id = $1", [gone]);
  await sweep();
  expect(await left(gone)).toEqual([0, 0, 0, 0, 0]);
});

test('a request for it is answered with 404', async () => {
  const gone = await fill();
  await receive(gone);
  const write = operation({
    service: 'identity',
    name: 'purge-organisation.write',
    scope: 'service',
    summary: 'Writes',
    input: z.strictObject({}),
    output: z.object({}),
  });
  const runner = new OperationRunner(schema.tenants, new Outbox('identity', () => {}));
  const run = async ({ tx }: { tx: Tx }) => tx.query('insert into parents values ($1, 1)', [gone]).then(() => ({}));
  const caller = { kind: 'service' as const, orgId: gone, scopes: ['*'] };
  const asked = runner.run({ operation: write, run }, { caller, input: {}, deadline: Date.now() + 60_000 });
  await expect(asked).rejects.toMatchObject({ code: 'not_found' });
});

test('one that fails does not stop those behind it, and is retried', async () => {
  const [stuck, gone] = [await fill(), await fill()];
  await schema.sql(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'refused'; end $$;
    create trigger refuse before delete on children for each row when (old.org_id = '${stuck}') execute function refuse();`);
  await receive(stuck);
  await receive(gone);
  await sweep();
  expect(await left(gone)).toEqual([0, 0, 0, 0, 0]);
  expect((await left(stuck))[1]).toBe(40);
  await schema.sql('drop trigger refuse on children');
  await schema.sql("update deleted_organisations set held_until = '-infinity' where org_id = $1", [stuck]);
  await sweep();
  expect(await left(stuck)).toEqual([0, 0, 0, 0, 0]);
});

test('it is recorded for longer than anything may be in flight, and then expires', async () => {
  const gone = await fill();
  await receive(gone);
  const age = (days: number) =>
    schema.sql(
      'update deleted_organisations set due_at = null, deleted_at = now() - make_interval(days => $2) where org_id = $1',
      [gone, days],
    );
  await age(399);
  await replica().expire();
  expect(await noted(gone)).toBeDefined();
  await age(401);
  await replica().expire();
  expect(await noted(gone)).toBeUndefined();
});

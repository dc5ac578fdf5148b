import { join } from 'node:path';
import { newId } from '@tidegate/database/ids';
import { type SchemaBefore, schemaBefore } from '@tidegate/testing/upgrade';

/* What there was before the upgrade. */
const root = (path: string) => join(__dirname, '../../..', path);
const libraries = ['database', 'messaging', 'vault', 'entitlements'].map((lib) => root(`libs/${lib}/migrations`));
let schema: SchemaBefore;

beforeAll(async () => {
  const folder = root('services/notifier/migrations');
  schema = await schemaBefore('0003', { schema: 'notifier', libraries, folder });
});
afterAll(() => schema.drop());

test('deliveries to webhooks are queued fairly; those to unconfirmed addresses end', async () => {
  const { client } = schema;
  const [org, hook, mail] = [newId(), newId(), newId()];
  await client.query(
    `insert into channels (org_id, id, kind, name, target, events, secret)
     values ($1, $2, 'webhook', 'x', 'https://hooks.example.com:8443/a?token=b', '{}', 'sealed'),
            ($1, $3, 'email', 'x', 'ops@example.com', '{}', null)`,
    [org, hook, mail],
  );
  for (const channel of [hook, mail]) {
    await client.query(
      `insert into deliveries (org_id, id, channel_id, event, body, next_attempt_at)
       values ($1, $2, $2, 'trade.closed', '{}', now())`,
      [org, channel],
    );
    await client.query('insert into delivery_queue (delivery_id, org_id, due_at) values ($1, $2, now())', [
      channel,
      org,
    ]);
  }
  await schema.upgrade();
  const { rows: queue } = await client.query('select delivery_id, owner_id, channel_id, receiver from delivery_queue');
  expect(queue).toEqual([{ delivery_id: hook, owner_id: org, channel_id: hook, receiver: 'hooks.example.com:8443' }]);
  const { rows: states } = await client.query('select id, state from deliveries order by state');
  expect(states).toEqual([
    { id: mail, state: 'cancelled' },
    { id: hook, state: 'pending' },
  ]);
  const forced = await client.query(
    "select relname from pg_class where relnamespace = 'notifier'::regnamespace and relrowsecurity and not relforcerowsecurity",
  );
  expect(forced.rows).toEqual([]);
});

test('earlier secrets stay valid for their overlap', async () => {
  const folder = root('services/notifier/migrations');
  const before = await schemaBefore('0004', { schema: 'notifier', libraries, folder });
  const { client } = before;
  const [org, running, over] = [newId(), newId(), newId()];
  await client.query(
    `insert into channels (org_id, id, kind, name, target, events, secret, receiver, previous_secret, previous_secret_until)
     values ($1, $2, 'webhook', 'x', 'x', '{}', 'new', 'x', 'old', 'infinity'),
            ($1, $3, 'webhook', 'x', 'x', '{}', 'new', 'x', 'older', now())`,
    [org, running, over],
  );
  await before.upgrade();
  const { rows } = await client.query('select channel_id, secret from earlier_secrets');
  expect(rows).toEqual([{ channel_id: running, secret: 'old' }]);
  await before.drop();
});

test('channels that subscribed to everything are notified of what has come since, the others are not', async () => {
  const folder = root('services/notifier/migrations');
  const before = await schemaBefore('0005', { schema: 'notifier', libraries, folder });
  const { client } = before;
  const [org, all, some] = [newId(), newId(), newId()];
  await client.query(
    `insert into channels (org_id, id, kind, name, target, receiver, secret, events)
     values ($1, $2, 'webhook', 'x', 'x', 'x', 'x', '{server.unreachable,trade.closed,quota.reached}'),
            ($1, $3, 'webhook', 'x', 'x', 'x', 'x', '{trade.closed}')`,
    [org, all, some],
  );
  await before.upgrade();
  const { rows } = await client.query('select id, events from channels order by cardinality(events) desc');
  expect(rows).toEqual([
    {
      id: all,
      events: [
        ...['server.unreachable', 'trade.closed', 'quota.reached', 'bot.halted'],
        ...['invoice.due', 'plan.decided', 'plan.ordered', 'seats.stopped', 'payment.disputed', 'top_up.stopped'],
      ],
    },
    { id: some, events: ['trade.closed'] },
  ]);
  await before.drop();
});

test('after the upgrade retention sees old deliveries and secrets of every organisation', async () => {
  const folder = root('services/notifier/migrations');
  const before = await schemaBefore('0006', { schema: 'notifier', libraries, folder });
  await before.upgrade();
  const { rows } = await before.client.query(
    `select tablename, qual like '%retention%' as renamed from pg_policies
      where schemaname = 'notifier' and tablename in ('deliveries', 'earlier_secrets') order by tablename`,
  );
  expect(rows).toEqual([
    { tablename: 'deliveries', renamed: true },
    { tablename: 'earlier_secrets', renamed: true },
  ]);
  await before.drop();
});

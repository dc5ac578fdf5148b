import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readEvent } from '@tidegate/billing/stripe/inbox/read-event.rules';
import { isSigned } from '@tidegate/billing/stripe/inbox/signature.rules';
import { StoreEvents } from '@tidegate/billing/stripe/inbox/store-events';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Wakes } from '@tidegate/runtime/wakes';
import type { Result } from './main.ts';
import { type BenchDatabase, benchDatabase, median } from './servers.ts';

const CUSTOMERS = 200;
const EVENTS = 10_000;
const DUPLICATES = 0.2;
const LANES = 32;
const ROUNDS = 3;
const SECRET = 'whsec_of_the_bench_endpoint';

interface Delivery {
  body: Buffer;
  signature: string;
}
type Take = (delivery: Delivery) => Promise<unknown>;

/**
 * Signed webhooks until they are committed and may be answered, a fifth of them twice, shuffled, 32 at a time: verified,
 * parsed, stored once and their customers marked, in groups. Against a commit for each one, which also holds what the event
 * carried. `-- webhooks FOLDER` takes @supabase/stripe-sync-engine from the node_modules of that folder as well.
 */
export async function webhooks([folder]: string[]): Promise<Result> {
  const database = await benchDatabase(['services/billing/migrations']);
  const tenants = new TenantDatabase(database.dataSource);
  const ids = Array.from({ length: CUSTOMERS }, (_, at) => `cus_${at}`);
  await tenants.system('stripe', async (tx) => {
    for (const id of ids) {
      const values = [newId(), id];
      await tx.query('insert into stripe_customers (org_id, livemode, customer_id) values ($1, false, $2)', values);
    }
  });
  await tenants.as({}, (tx) => tx.query('select 1'));
  const alone = await oneByOne(database);
  const { take: engine, close } = folder ? await syncEngine(database, folder) : { take: undefined, close: () => {} };
  const rates: Record<string, number[]> = { ours: [], alone: [], engine: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { deliveries, distinct } = makeDeliveries(round, ids);
    rates['alone']?.push(await measure(deliveries, alone));
    if (engine) rates['engine']?.push(await measure(deliveries, engine));
    rates['ours']?.push(await measure(deliveries, ours(tenants)));
    await requireOnce(tenants, round, distinct);
  }
  await close();
  await database.stop();
  const [here, single] = [median(rates['ours'] ?? []), median(rates['alone'] ?? [])];
  const theirs = engine ? median(rates['engine'] ?? []) : undefined;
  const shown = (name: string, value: number) => `${name.padEnd(28)} ${value.toFixed(0)} webhooks/s\n`;
  process.stdout.write(
    shown('stored in groups', here) +
      shown('a commit for each', single) +
      (theirs ? shown('stripe-sync-engine', theirs) : ''),
  );
  return {
    name: 'webhooks',
    value: Math.round(here),
    unit: 'webhooks/s',
    ratio: Number((here / (theirs ?? single)).toFixed(2)),
    against: theirs ? '@supabase/stripe-sync-engine' : 'a commit for each',
  };
}

/** The whole way in billing between the bytes and the answer. */
function ours(tenants: TenantDatabase): Take {
  const store = new StoreEvents(tenants, { wake: () => {} } as unknown as Wakes);
  return async ({ body, signature }) => {
    const event = isSigned(body, signature, [SECRET], Date.now()) && readEvent(body.toString('utf8'), false);
    if (!event) throw new Error('A delivery of the bench was not taken.');
    await store.store(event);
  };
}

/** What a plain receiver does: the same checks, and the object in a row of its own. */
async function oneByOne(database: BenchDatabase): Promise<Take> {
  const tenants = new TenantDatabase(database.dataSource);
  const { Client } = (await import('pg')).default;
  const admin = new Client(database.admin);
  await admin.connect();
  await admin.query(
    `create table bench.plain_objects (id text primary key, object jsonb, at timestamptz);
     comment on table bench.plain_objects is 'no-tenant: of the bench alone'; grant all on bench.plain_objects to bench`,
  );
  await admin.end();
  return async ({ body, signature }) => {
    if (!isSigned(body, signature, [SECRET], Date.now())) throw new Error('A delivery of the bench was not taken.');
    const event = JSON.parse(body.toString('utf8')) as { created: number; data: { object: { id: string } } };
    await tenants.as({}, (tx) =>
      tx.query(
        `insert into plain_objects (id, object, at) values ($1, $2, to_timestamp($3))
         on conflict (id) do update set object = excluded.object, at = excluded.at where plain_objects.at < excluded.at`,
        [event.data.object.id, JSON.stringify(event.data.object), event.created],
      ),
    );
  };
}

/** Its module for `require`, because that for `import` does not run its migrations. */
async function syncEngine(database: BenchDatabase, folder: string) {
  const load = createRequire(join(folder, 'package.json'));
  const { StripeSync, runMigrations } = load('@supabase/stripe-sync-engine') as {
    StripeSync: new (
      config: object,
    ) => {
      processWebhook(body: Buffer, signature: string): Promise<void>;
      postgresClient: { pool: { end(): Promise<void> } };
    };
    runMigrations(config: object): Promise<void>;
  };
  const { host, port, user, password, database: name } = database.admin;
  const connectionString = `postgresql://${user}:${password}@${host}:${port}/${name}`;
  await runMigrations({ databaseUrl: connectionString, schema: 'stripe' });
  const sync = new StripeSync({
    poolConfig: { connectionString, max: 16 },
    schema: 'stripe',
    stripeSecretKey: 'sk_test_bench',
    stripeWebhookSecret: SECRET,
    backfillRelatedEntities: false,
    autoExpandLists: false,
  });
  const take: Take = ({ body, signature }) => sync.processWebhook(body, signature);
  return { take, close: () => sync.postgresClient.pool.end() };
}

async function measure(deliveries: readonly Delivery[], take: Take): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async () => {
      for (let at = next++; at < deliveries.length; at = next++) await take(deliveries[at] as Delivery);
    }),
  );
  return deliveries.length / ((performance.now() - began) / 1_000);
}

/** Every event has one row, and every customer that it named is marked. */
async function requireOnce(tenants: TenantDatabase, round: number, distinct: number): Promise<void> {
  const [row] = await tenants.as({}, (tx) =>
    tx.query<{ events: number; dirty: number }>(
      `select (select count(*)::int from stripe_events where id like 'evt_${round}_%' and state = 'pending') as events,
              (select count(*)::int from stripe_dirty) as dirty`,
    ),
  );
  if (row?.events !== distinct || row.dirty !== CUSTOMERS) {
    throw new Error(`Round ${round}: ${JSON.stringify(row)} instead of ${distinct} events of ${CUSTOMERS} customers.`);
  }
}

function makeDeliveries(round: number, customers: readonly string[]): { deliveries: Delivery[]; distinct: number } {
  const distinct = EVENTS * (1 - DUPLICATES);
  const once = Array.from({ length: distinct }, (_, at) => signed(eventOf(`evt_${round}_${at}`, at, customers)));
  const deliveries = [...once, ...once.slice(0, EVENTS - distinct)];
  for (let at = deliveries.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [deliveries[at], deliveries[other]] = [deliveries[other] as Delivery, deliveries[at] as Delivery];
  }
  return { deliveries, distinct };
}

function signed(event: object): Delivery {
  const body = Buffer.from(JSON.stringify(event, null, 2));
  const time = Math.floor(Date.now() / 1_000);
  return {
    body,
    signature: `t=${time},v1=${createHmac('sha256', SECRET).update(`${time}.`).update(body).digest('hex')}`,
  };
}

/** As Stripe writes a subscription, with one item. */
function eventOf(id: string, at: number, customers: readonly string[]): object {
  const created = Math.floor(Date.now() / 1_000) - 3_600 + (at % 3_600);
  const customer = customers[at % customers.length];
  const price = {
    id: 'price_1',
    object: 'price',
    active: true,
    billing_scheme: 'per_unit',
    created,
    currency: 'usd',
    lookup_key: 'main.pro.v1.usd.month',
    metadata: {},
    product: 'prod_1',
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
    type: 'recurring',
    unit_amount: 2900,
    unit_amount_decimal: '2900',
  };
  const item = {
    id: `si_${at % customers.length}`,
    object: 'subscription_item',
    created,
    current_period_end: created + 2_592_000,
    current_period_start: created,
    metadata: {},
    price,
    quantity: 1,
    subscription: `sub_${at % customers.length}`,
  };
  const subscription = {
    id: `sub_${at % customers.length}`,
    object: 'subscription',
    billing_cycle_anchor: created,
    cancel_at_period_end: false,
    collection_method: 'charge_automatically',
    created,
    currency: 'usd',
    customer,
    items: { object: 'list', data: [item], has_more: false, url: '/v1/subscription_items' },
    livemode: false,
    metadata: { organisation_id: customer, padding: 'x'.repeat(600) },
    start_date: created,
    status: at % 7 === 0 ? 'past_due' : 'active',
  };
  return {
    id,
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    data: { object: subscription },
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_1', idempotency_key: null },
    type: 'customer.subscription.updated',
  };
}

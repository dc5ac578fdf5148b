import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { jetstream } from '@nats-io/jetstream';
import { BillingConfig } from '@tidegate/billing/billing.config';
import { service as billing } from '@tidegate/billing/billing.service';
import { RefreshEntitlements } from '@tidegate/billing/entitlements/refresh-entitlements.loop';
import { ChargeUsage } from '@tidegate/billing/invoices/charge-usage.loop';
import { CountMembers } from '@tidegate/billing/seats/count-members';
import { FollowSeats } from '@tidegate/billing/seats/follow-seats.loop';
import { StripeApi } from '@tidegate/billing/stripe/client/stripe-api';
import { SyncCustomers } from '@tidegate/billing/stripe/mirror/sync-customers.loop';
import { CompareCustomers } from '@tidegate/billing/stripe/upkeep/compare-customers.loop';
import { CountCoupons } from '@tidegate/billing/stripe/upkeep/count-coupons.loop';
import { FindEvents } from '@tidegate/billing/stripe/upkeep/find-events.loop';
import { ApplyDueChanges } from '@tidegate/billing/subscriptions/apply-due-changes.loop';
import { receiveWebhook } from '@tidegate/contracts/billing/webhook';
import { ANONYMOUS, type Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { clock } from '@tidegate/runtime/clock';
import { loadConfigs } from '@tidegate/runtime/config';
import { Health } from '@tidegate/runtime/health';
import { ServiceHost } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { closing } from '@tidegate/testing/closing';
import { type StripeDouble, startStripe } from '@tidegate/testing/stripe/start-stripe';
import { alone, runPostgres } from '@tidegate/testing/test-run';
import { until } from '@tidegate/testing/until';
import { UsageConfig } from '@tidegate/usage/usage.config';
import { service as usage } from '@tidegate/usage/usage.service';
import pg from 'pg';
import { DAY } from './calendar.ts';
import { type CuttingProxy, cuttingProxy } from './cutting-proxy.ts';
import { administer, BEGIN, emptyStreams, template, WEBHOOK_SECRET } from './template.ts';

export type Name = 'billing' | 'usage';
const DEFINITIONS = { billing, usage };
const CONFIGS = { billing: BillingConfig, usage: UsageConfig };

interface Running {
  host: ServiceHost;
  proxies: CuttingProxy[];
  cut: () => void;
}

/** Thrown for what was under way when the service died: nobody knows what came of it. */
export class Died extends Error {}

/**
 * Billing and usage as they run for users, on real servers, with a Stripe that is a double and one clock that stands still
 * until a history moves it: PostgreSQL's, that of the services, and Stripe's.
 */
export class World {
  now = BEGIN;
  private foundAt = BEGIN;
  private readonly running = new Map<Name, Running>();
  private readonly buried: Promise<unknown>[] = [];
  private admin!: pg.Client;
  private bus!: Bus;
  private ended = false;
  private readonly closers: (() => unknown)[] = [];
  stripe!: StripeDouble;
  /** How many members an organisation has. */
  readonly members = new Map<string, () => number>();

  private constructor(readonly dueDays: number) {}
  private env!: NodeJS.ProcessEnv;
  private settings!: Settings;

  /** @param dueDays until our own invoices are due */
  static async open(dueDays: number, more: NodeJS.ProcessEnv = {}): Promise<World> {
    const world = new World(dueDays);
    const { settings, env, database: from, natsUrl } = await template();
    await emptyStreams(settings);
    const database = `histories_${randomBytes(9).toString('hex')}`;
    const server = await runPostgres();
    await alone('databases', () =>
      administer(server.url, `create database ${database} template ${from} strategy file_copy`),
    );
    world.closers.push(() => administer(server.url, `drop database if exists ${database} with (force)`));
    world.settings = { ...settings, database: { ...settings.database, name: database } };
    world.env = { ...env, ...more, INVOICE_DUE_DAYS: String(dueDays) };
    const { host, port, user, password } = server;
    world.admin = new pg.Client({ host, port, user, password, database });
    world.admin.on('error', () => undefined);
    await world.admin.connect();
    world.closers.push(() => world.admin.end());
    await world.setClocks(BEGIN);
    const wasClock = clock.now;
    clock.now = () => world.now;
    world.closers.push(() => {
      clock.now = wasClock;
    });
    world.stripe = await startStripe({ now: new Date(BEGIN), seed: 1 });
    const nc = await connectNats({ servers: [natsUrl], ...settings.nats.users.gateway }, 'histories');
    world.closers.push(() => nc.close());
    const publicKeys = Object.fromEntries(
      Object.entries(settings.sealing).map(([name, keys]) => [name, keys.publicKey]),
    );
    const own = { name: 'gateway', privateKey: settings.sealing['gateway']?.privateKey ?? '' };
    const tokens = new CallerTokens(settings.callerSecret);
    world.bus = new Bus({ service: 'gateway', nc, tokens, sealer: new SecretSealer(publicKeys, own) });
    world.closers.push(() => world.bus.close());
    world.publish = async (event) => {
      await jetstream(nc, { checkAPI: false }).publish(`usage.${event.org}.${event.meter}`, JSON.stringify([event]));
    };
    const endpoint = await world.endpoint();
    world.stripe.webhooks.to({ url: endpoint, secret: WEBHOOK_SECRET });
    for (const name of ['billing', 'usage'] as const) await world.start(name);
    world.ended = false;
    closing(() => world.close());
    return world;
  }

  /** Usage as our own services report it: by the stream, in which a message may come twice. */
  publish!: (event: {
    id: string;
    org: string;
    meter: string;
    quantity: number;
    at: string;
    source: string;
  }) => Promise<void>;

  async start(name: Name): Promise<void> {
    const { host: pgHost, port: pgPort } = this.settings.database;
    const nats = new URL(this.settings.nats.servers[0] as string);
    const stripe = new URL(this.stripe.origin);
    const [database, bus, provider] = [
      await cuttingProxy(pgPort, pgHost),
      await cuttingProxy(Number(nats.port), nats.hostname),
      await cuttingProxy(Number(stripe.port)),
    ];
    const proxies = [database, bus, provider];
    const settings: Settings = {
      ...this.settings,
      database: { ...this.settings.database, host: '127.0.0.1', port: database.port },
      nats: { ...this.settings.nats, servers: [`nats://127.0.0.1:${bus.port}`] },
    };
    const env = {
      ...this.env,
      STRIPE_API_BASE: `http://127.0.0.1:${provider.port}`,
      STRIPE_SECRET_KEY: this.stripe.key,
    };
    const config = CONFIGS[name];
    const host = new ServiceHost(DEFINITIONS[name], settings);
    await host.start(loadConfigs([config], env).get(config), new Health([name]));
    if (name === 'billing') {
      host.get(StripeApi).patienceMs = 50;
      // Identity is not here: it is asked for nothing but this number.
      host.get(CountMembers).now = async (orgId) => this.members.get(orgId)?.() ?? 1;
    }
    this.running.set(name, { host, proxies, cut: () => undefined });
  }

  /** It dies at once, whatever it is doing; what remains of it in this process reaches nobody. */
  kill(name: Name): void {
    const one = this.running.get(name);
    if (!one) return;
    this.running.delete(name);
    for (const proxy of one.proxies) proxy.cut();
    one.cut();
    this.buried.push(one.host.abandon().catch(() => undefined));
  }

  /** It dies when it has sent so many more messages to its database: the last is lost, or only its answer is. */
  killAfter(name: Name, messages: number, lost: boolean): void {
    const one = this.running.get(name);
    if (!one) return;
    let left = messages;
    (one.proxies[0] as CuttingProxy).onSend = () => {
      if (--left > 0) return true;
      if (lost) this.kill(name);
      else setImmediate(() => this.kill(name));
      return !lost;
    };
  }

  /** Whoever was to be killed and has not been is left alone. */
  spare(name: Name): void {
    const one = this.running.get(name);
    if (one) (one.proxies[0] as CuttingProxy).onSend = () => true;
  }

  spareAll(): void {
    for (const name of this.running.keys()) this.spare(name);
  }

  /** What a dead process held for a while is free: the time for which it did has passed. */
  async bury(name: Name): Promise<void> {
    await this.admin.query(`update ${name}.relay_lease set held_until = '-infinity'`);
    if (name === 'usage') await this.admin.query("update usage.ingest_checkpoint set lease_expires_at = '-infinity'");
  }

  /** A part of a running service: a loop that is due by the hour, say. */
  part<T extends object>(name: Name, of: abstract new (...given: never[]) => T): T {
    return (this.running.get(name) as Running).host.get(of as never);
  }

  isUp(name: Name): boolean {
    return this.running.has(name);
  }

  /** Calls as the gateway does for somebody; when the service dies meanwhile, nobody knows what came of it. */
  async call<Op extends Operation>(
    operation: Op,
    input: unknown,
    { orgId, kind = 'user', key }: { orgId?: string; kind?: Caller['kind']; key?: string } = {},
  ): Promise<Output<Op>> {
    const name = operation.service as Name;
    const one = this.running.get(name);
    if (!one) throw new Died();
    const dead = new Promise<never>((_, reject) => {
      one.cut = () => reject(new Died());
    });
    dead.catch(() => undefined);
    const service = operation.scope === 'service';
    const caller: Caller =
      operation.scope === 'public'
        ? ANONYMOUS
        : {
            kind: service ? 'service' : kind,
            scopes: ['*', operation.scope],
            ...(service ? { service: 'gateway' as const } : { userId: orgId ?? newId() }),
            ...(orgId && { orgId }),
            ...(kind === 'service_key' && { keyId: orgId ?? '' }),
          };
    const call = this.bus.call(operation, input as never, { caller, ...(key && { idempotencyKey: key }) });
    call.catch(() => undefined);
    return (await Promise.race([call, dead])) as Output<Op>;
  }

  /** The clock moves forward: what is due by then happens at Stripe. */
  async moveTo(instant: number): Promise<void> {
    await this.setClocks(instant);
    await this.stripe.advanceTo(new Date(instant));
  }

  private async setClocks(instant: number): Promise<void> {
    this.now = instant;
    await this.admin.query('update billing.test_clock set at = $1', [new Date(instant)]);
    await this.admin.query('update usage.test_clock set at = $1', [new Date(instant)]);
  }

  /** One turn after the other of the loops that wait for an instant, until nothing is due. */
  async work({ find = false }: { find?: boolean } = {}): Promise<void> {
    const one = this.running.get('billing');
    if (!one) return;
    const { host } = one;
    const { signal } = new AbortController();
    await this.stripe.settled();
    if (find) await host.get(FindEvents).turn({ signal });
    // Stripe lists no older events: what is lost is found by comparing.
    if (find && this.now > this.foundAt + 29 * DAY) {
      await this.admin.query("update billing.stripe_customers set compared_at = '-infinity'");
      while ((await host.get(CompareCustomers).turn({ signal })) === 'again');
    }
    // Whoever died over it has not found everything.
    if (find && this.isUp('billing')) this.foundAt = this.now;
    for (let turns = 0; ; turns += 1) {
      if (turns > 500) throw new Error('Stripe’s customers are not copied to the end.');
      await this.admin.query("update billing.stripe_dirty set due_at = billing.now() - interval '1 second'");
      const { rowCount } = await this.admin.query('select 1 from billing.stripe_dirty limit 1');
      if (rowCount === 0) break;
      await host.get(SyncCustomers).turn({ signal });
    }
    const loops = [
      host.get(ApplyDueChanges),
      host.get(FollowSeats),
      host.get(ChargeUsage),
      host.get(RefreshEntitlements),
    ];
    for (const loop of loops) while ((await loop.turn({ signal })) === 'again');
  }

  /** Billing knows what Stripe has counted of each coupon. */
  async countCoupons(): Promise<void> {
    const { signal } = new AbortController();
    await this.running.get('billing')?.host.get(CountCoupons).turn({ signal });
  }

  /** As identity's event says it. */
  async memberChanged(orgId: string): Promise<void> {
    const { host } = this.running.get('billing') as Running;
    const data = { orgId, userId: orgId, role: 'member' } as never;
    await host.get(TenantDatabase).run(orgId, (tx) => host.get(FollowSeats).member({ data, tx } as never));
  }

  /** Everything that was sent has arrived: events of billing at usage, and usage of our own services. Who has died receives nothing. */
  async arrived(published: readonly string[]): Promise<void> {
    let late = {};
    let died = false;
    await until(
      async () => {
        died = !this.isUp('billing') || !this.isUp('usage');
        if (died) return true;
        const { rows } = await this.admin.query<Record<string, number>>(
          `select (select count(*) from billing.outbox)::int as unsent,
                  (select count(*)::int from billing.entitlements e
                    where not exists (select 1 from usage.entitlement_snapshots s
                                       where s.org_id = e.org_id and s.version >= e.version)) as snapshots,
                  (select count(*)::int from billing.credits c
                    where not exists (select 1 from usage.credit_grants g where g.id = c.id and g.org_id = c.org_id
                                         and g.until_at = coalesce(c.until_at, 'infinity'))) as credits,
                  (select count(*)::int from unnest($1::text[]) as want(id)
                    where not exists (select 1 from usage.usage_events u where u.id = want.id)) as events`,
          [published],
        );
        late = rows[0] as object;
        return Object.values(late).every((count) => count === 0);
      },
      { withinMs: 12_000, everyMs: 4, what: 'All that was sent to arrive' },
    ).catch(async (error: Error) => {
      throw new Error(`${error.message} ${JSON.stringify(late)} ${JSON.stringify(await this.whereabouts(), null, 1)}`);
    });
    if (died) throw new Died();
  }

  /** Of snapshots that have not arrived: what their consumer has handled, and what failed. */
  private whereabouts(): Promise<unknown[]> {
    return this.query(
      `select e.org_id, e.version, s.version as stored, i.consumer, i.sequence as handled, i.at, f.attempts, f.error,
              d.error as died_of, q.last as sent
         from billing.entitlements e
              left join usage.entitlement_snapshots s on s.org_id = e.org_id
              left join usage.inbox i on i.aggregate = e.org_id::text
              left join billing.outbox_sequences q on q.aggregate = e.org_id::text
              left join usage.inbox_failures f on f.aggregate = i.aggregate
              left join usage.dead_letters d on d.aggregate = i.aggregate
        where s.version is null or s.version < e.version`,
    );
  }

  query = <Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> =>
    this.admin.query<Row>(sql, values).then(({ rows }) => rows);

  /** What Stripe calls: the way of the gateway, without the gateway. */
  private async endpoint(): Promise<string> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const signature = String(request.headers['stripe-signature']);
        const body = Buffer.concat(chunks).toString('base64');
        this.call(receiveWebhook, { body, signature }).then(
          () => response.writeHead(200).end('{}'),
          (error: unknown) => response.writeHead(error instanceof ProblemError ? error.status : 500).end('{}'),
        );
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.closers.push(() => new Promise((done) => server.close(done)));
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    await this.stripe.settled();
    const hosts = [...this.running.values()].map(({ host }) => host);
    this.running.clear();
    for (const host of hosts) {
      await host.stopWork();
      await host.close();
    }
    await Promise.all(this.buried);
    for (const close of this.closers.reverse()) await close();
  }
}

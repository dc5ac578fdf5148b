import { actionDone } from '@tidegate/contracts/kernel/action-done';
import { closing } from '@tidegate/testing/closing';
import { alone } from '@tidegate/testing/test-run';
import 'reflect-metadata';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { ANONYMOUS } from '@tidegate/contracts/kernel/caller';
import type { Event, EventData } from '@tidegate/contracts/kernel/event';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { loadConfigs } from '@tidegate/runtime/config';
import { Health } from '@tidegate/runtime/health';
import { NATS, ServiceHost } from '@tidegate/runtime/host';
import { migrateAll } from '@tidegate/runtime/migrate';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS, ensureSecrets, variablePrefix } from '@tidegate/runtime/secrets-file';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { Wakes } from '@tidegate/runtime/wakes';
import pg from 'pg';
import type { z } from 'zod';
import { NotifierConfig } from '../src/notifier.config.ts';
import { service } from '../src/notifier.service.ts';
import { DELIVER } from '../src/queue/delivery.rows.ts';
import { Neighbours, type Use } from './neighbours.ts';
import { type Servers, startServers } from './servers.ts';

const EDITOR = ['channels:read', 'channels:write'];

export interface Replica {
  get<T>(token: abstract new (...args: never[]) => T): T;
  stop(): Promise<void>;
}

interface Emitted {
  orgId: string;
  eventId?: string;
  time?: Date;
  /** The newest of its aggregate once more. */
  again?: true;
}

/** The notifier as it runs for users: its own schema and role, its own rights on the bus, real servers. */
export class NotifierWorld {
  readonly neighbours: Neighbours;
  /** The notifier's events, by type, and what it metered. */
  readonly said: { type: string; orgid: string; data: Record<string, unknown> }[] = [];
  readonly metered: Use[] = [];
  readonly env: NodeJS.ProcessEnv;
  private readonly settings: Settings;
  private readonly nc: NatsConnection;
  private readonly gateway: NatsConnection;
  private readonly bus: Bus;
  private readonly admin: pg.Client;
  private readonly replicas = new Set<Replica>();
  private readonly sequences = new Map<string, number>();
  private readonly stopServers: () => Promise<void>;

  static async start(): Promise<NotifierWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-notifier-'));
    const secrets = ensureSecrets(dataDir);
    const users = BUS_MEMBERS.map((name) => {
      return [name, { user: name, password: secrets[`NATS_${variablePrefix(name)}_PASSWORD`] as string }] as const;
    });
    const authorization = natsAuthorization(Object.fromEntries(users) as Settings['nats']['users']);
    const servers = await startServers(dataDir, authorization);
    try {
      return await NotifierWorld.on(dataDir, servers);
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  private static async on(dataDir: string, servers: Servers): Promise<NotifierWorld> {
    const env = {
      DATA_DIR: dataDir,
      DATABASE_URL: servers.databaseUrl,
      NATS_URL: servers.natsUrl,
      TIDEGATE_EMBEDDED: 'true',
      // The role belongs to the whole server, which other tests use too.
      NOTIFIER_DATABASE_PASSWORD: 'the password of every test',
    };
    const settings = loadSettings(env, ['host', 'migrate', 'operate']);
    await alone('databases', () => migrateAll(settings, [service]));
    const admin = new pg.Client({ connectionString: servers.databaseUrl });
    await admin.connect();
    await admin.query('set search_path = notifier');
    const connect = (name: 'platform' | 'gateway') =>
      connectNats({ servers: settings.nats.servers, ...settings.nats.users[name] }, 'test');
    const world = new NotifierWorld({
      env,
      settings,
      admin,
      nc: await connect('platform'),
      gateway: await connect('gateway'),
      stopServers: servers.stop,
    });
    await world.neighbours.start();
    return world;
  }

  get publicUrl(): string {
    return this.settings.publicUrl;
  }

  private constructor(parts: {
    env: NodeJS.ProcessEnv;
    settings: Settings;
    nc: NatsConnection;
    gateway: NatsConnection;
    admin: pg.Client;
    stopServers: () => Promise<void>;
  }) {
    const { settings } = parts;
    this.env = parts.env;
    this.settings = settings;
    this.nc = parts.nc;
    this.gateway = parts.gateway;
    this.admin = parts.admin;
    this.stopServers = parts.stopServers;
    this.neighbours = new Neighbours(settings);
    const publicKeys = Object.fromEntries(
      Object.entries(settings.sealing).map(([name, keys]) => [name, keys.publicKey]),
    );
    const own = { name: 'gateway', privateKey: settings.sealing['gateway']?.privateKey ?? '' };
    this.bus = new Bus({
      service: 'gateway',
      nc: this.gateway,
      tokens: new CallerTokens(settings.callerSecret),
      sealer: new SecretSealer(publicKeys, own),
    });
    this.nc.subscribe('evt.notifier.>', {
      callback: (_error, message) => {
        // What people did is for the audit log.
        if (message.subject !== actionDone.notifier.subject) this.said.push(message.json());
      },
    });
    this.nc.subscribe('usage.>', {
      callback: (_error, message) => {
        const uses = message.json<Use[]>();
        this.metered.push(...uses);
        this.neighbours.count(uses);
      },
    });
  }

  /** One replica, with settings of its own. */
  async boot(settings: Record<string, string> = {}): Promise<Replica> {
    const host = new ServiceHost(service, this.settings);
    const env = { NOTIFIER_TIMEOUT_SECONDS: '1', ...settings };
    await host.start(loadConfigs([NotifierConfig], env).get(NotifierConfig), new Health(['notifier']));
    // Its subscriptions have reached the server.
    await host.get<NatsConnection>(NATS as never).flush();
    const replica: Replica = {
      get: (token) => host.get(token as never),
      stop: async () => {
        if (!this.replicas.delete(replica)) return;
        await host.stopWork();
        await host.close();
      },
    };
    this.replicas.add(replica);
    return replica;
  }

  /** As the gateway calls for an editor of the organisation. */
  call<Op extends Operation>(
    operation: Op,
    input: z.input<Op['input']>,
    orgId: string,
    scopes: string[] = EDITOR,
    userId = newId(),
  ) {
    const caller = { kind: 'user' as const, userId, orgId, scopes };
    return this.bus.call(operation, input, { caller });
  }

  /** Calls back whenever this loop of the gateways is woken; resolves when that is so. */
  async onGatewayWake(loop: string, then: () => void): Promise<void> {
    new Wakes('gateway', this.gateway).on(loop, then);
    await this.gateway.flush();
  }

  /** The live topics that are published of an organisation from now on. */
  async topicsOf(orgId: string): Promise<string[]> {
    const topics: string[] = [];
    const prefix = `live.${orgId}.`;
    this.gateway.subscribe(`${prefix}>`, {
      callback: (_error, message) => void topics.push(message.subject.slice(prefix.length)),
    });
    await this.gateway.flush();
    return topics;
  }

  /** As somebody without an account. */
  anonymously<Op extends Operation>(operation: Op, input: z.input<Op['input']>) {
    return this.bus.call(operation, input, { caller: ANONYMOUS });
  }

  /** As another service does. */
  asService<Op extends Operation>(operation: Op, input: z.input<Op['input']>) {
    return this.bus.call(operation, input, {});
  }

  /** Emits an event of another service. */
  async happens<E extends Event>(
    event: E,
    data: EventData<E>,
    { orgId, eventId = newId(), time = new Date(), again }: Emitted,
  ): Promise<string> {
    const aggregate = event.aggregate(data);
    const key = `${event.service} ${aggregate}`;
    const sequence = (this.sequences.get(key) ?? 0) + (again ? 0 : 1);
    this.sequences.set(key, sequence);
    const envelope = {
      specversion: '1.0',
      id: eventId,
      source: `/tidegate/${event.service}`,
      type: event.type,
      time: time.toISOString(),
      subject: aggregate,
      sequence,
      orgid: orgId,
      datacontenttype: 'application/json',
      data,
    };
    await jetstream(this.nc).publish(event.subject, JSON.stringify(envelope));
    return eventId;
  }

  /** What an operator would see in the schema. */
  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query<Row>(text, values)).rows;
  }

  /** As if time had passed: everything that waits for its next attempt, or for the end of a lease, is due now. */
  async timePasses(): Promise<void> {
    await this.admin.query(
      `with due as (update delivery_queue set due_at = now() returning delivery_id)
       update deliveries set next_attempt_at = now() where id in (select delivery_id from due)`,
    );
    this.nc.publish(`wake.notifier.${DELIVER}`, 'the test');
    await this.nc.flush();
  }

  readonly stop = closing(async () => {
    await Promise.all([...this.replicas].map((replica) => replica.stop()));
    await this.neighbours.stop();
    this.bus.close();
    await Promise.all([this.nc.close(), this.gateway.close()]);
    await this.admin.end();
    await this.stopServers();
  });
}

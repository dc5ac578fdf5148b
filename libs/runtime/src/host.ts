import 'reflect-metadata';
import type { NatsConnection } from '@nats-io/nats-core';
import {
  type DynamicModule,
  type INestApplication,
  type INestApplicationContext,
  type InjectionToken,
  type LogLevel,
  Module,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { operations } from '@tidegate/contracts/kernel/registry';
import { type ServiceName } from '@tidegate/contracts/kernel/service-names';
import { connectDatabase } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { consumerName, EventConsumer } from '@tidegate/messaging/consumer';
import { deadLetterHandlers, watchDeadLetters } from '@tidegate/messaging/dead-letter-handlers';
import { forgetHandled } from '@tidegate/messaging/forget-handled';
import { eventHandlers, operationHandlers } from '@tidegate/messaging/handler';
import { forgetOldKeys } from '@tidegate/messaging/idempotency';
import { Inbox } from '@tidegate/messaging/inbox';
import { connectNats } from '@tidegate/messaging/nats';
import { watchOf } from '@tidegate/messaging/nats-watch';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { OperationServer } from '@tidegate/messaging/operation-server';
import { Outbox } from '@tidegate/messaging/outbox';
import { Relay } from '@tidegate/messaging/relay';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { ReadRing } from '@tidegate/vault/master-keys';
import { resealDerived } from '@tidegate/vault/reseal';
import { Vault } from '@tidegate/vault/vault';
import type { DataSource } from 'typeorm';
import { type Check, type Health, within } from './health.ts';
import { endHooks, Loop, type RunningLoop, startHooks, startLoops, type TurnResult } from './loop.ts';
import { PurgeOrganisation } from './purge-organisation.ts';
import { type ServiceDefinition, schemaOf } from './service.ts';
import type { Settings } from './settings.ts';
import { ShredSecrets } from './shred-secrets.ts';
import { Wakes } from './wakes.ts';
import { checkHandlers } from './wiring.ts';

/** What every service of this process shares. */
export const SETTINGS = Symbol('settings');
export const HEALTH = Symbol('health');
/** The service's NATS connection: for the gateway's streams and the usage stream, not for capability folders. */
export const NATS = Symbol('nats');

class Housekeeping {
  private readonly tenants: TenantDatabase;

  constructor(tenants: TenantDatabase) {
    this.tenants = tenants;
  }

  @Loop({ name: 'forget-idempotency-keys', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    return (await this.tenants.system('housekeeping', forgetOldKeys)) ? 'again' : undefined;
  }

  @Loop({ name: 'forget-handled-events', everyMs: 3_600_000 })
  async forget(): Promise<TurnResult> {
    return (await this.tenants.as({}, forgetHandled)) ? 'again' : undefined;
  }
}

/**
 * One running service: its connections, its Nest application and everything that was found in it.
 *
 * Start: connections, Nest, start hooks, then operations, events and loops; one that fails is given back by `abandon`
 * and may be tried again with a new host. Stop, in two halves so that a process can stop the gateway of all first:
 * `stopWork` takes no more and finishes what is in hand; `close` sends the outbox and closes the connections.
 */
export class ServiceHost {
  readonly definition: ServiceDefinition;
  private readonly settings: Settings;
  private readonly log: Log;
  private nc!: NatsConnection;
  private dataSource: DataSource | undefined;
  private bus!: Bus;
  private wakes!: Wakes;
  private relay: Relay | undefined;
  private app!: INestApplicationContext;
  private server: OperationServer | undefined;
  private consumers: EventConsumer[] = [];
  private loops: RunningLoop[] = [];
  private stopCounting: () => void = () => {};

  constructor(definition: ServiceDefinition, settings: Settings) {
    this.definition = definition;
    this.settings = settings;
    this.log = new Log({ service: definition.name });
  }

  async start(config: object | undefined, health: Health): Promise<void> {
    const { name } = this.definition;
    const { settings } = this;
    this.nc = await connectNats({ servers: settings.nats.servers, ...settings.nats.users[name] }, name);
    this.wakes = new Wakes(name, this.nc);
    const metrics = new Metrics();
    const tokens = new CallerTokens(settings.callerSecret);
    const sealer = this.makeSealer();
    this.bus = new Bus({ service: name, nc: this.nc, tokens, sealer });
    const providers: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: HEALTH, useValue: health },
      { provide: NATS, useValue: this.nc },
      { provide: Wakes, useValue: this.wakes },
      { provide: Log, useValue: this.log },
      { provide: Metrics, useValue: metrics },
      { provide: Bus, useValue: this.bus },
      { provide: CallerTokens, useValue: tokens },
      ...(this.definition.config ? [{ provide: this.definition.config, useValue: config }] : []),
      ...(await this.dataProviders()),
    ];
    this.app = await this.createApp(providers);
    await this.startWork({ metrics, tokens, sealer });
    health.serviceStarted(name, this.readiness());
  }

  private makeSealer(): SecretSealer {
    const { sealing } = this.settings;
    const publicKeys = Object.fromEntries(Object.entries(sealing).map(([name, keys]) => [name, keys.publicKey]));
    const own = sealing[this.definition.name];
    if (!own) throw new Error(`There is no sealing key pair for ${this.definition.name}.`);
    return new SecretSealer(publicKeys, { name: this.definition.name, privateKey: own.privateKey });
  }

  /** Database, outbox and vault, for a service that has a schema. */
  private async dataProviders(): Promise<Provider[]> {
    const { name, migrations } = this.definition;
    if (migrations.length === 0) return [];
    const { database, encryptionKeys } = this.settings;
    this.dataSource = await connectDatabase({
      host: database.host,
      port: database.port,
      database: database.name,
      ssl: database.ssl,
      schema: schemaOf(name),
      ...database.limits,
      ...database.roles[name],
    });
    const tenants = new TenantDatabase(this.dataSource);
    this.relay = new Relay({
      service: name,
      tenants,
      nc: this.nc,
      log: this.log,
    });
    const outbox = new Outbox(name, () => this.relay?.wake());
    const vault = await this.openVault(encryptionKeys[name], tenants);
    return [
      { provide: TenantDatabase, useValue: tenants },
      { provide: Outbox, useValue: outbox },
      ...(vault ? [{ provide: Vault, useValue: vault }] : []),
    ];
  }

  /** Refuses a ring that does not open what this schema keeps. */
  private async openVault(ring: ReadRing | undefined, tenants: TenantDatabase): Promise<Vault | undefined> {
    if (!ring) return undefined;
    const vault = new Vault(ring);
    await vault.prepare(tenants);
    const resealed = await resealDerived({ tenants, vault }, this.definition.secrets, (place) =>
      this.log.error({ place }, 'A sealed secret cannot be read and was left as it is'),
    );
    if (resealed > 0) this.log.info({ resealed }, 'Secrets were sealed again with the keys of their organisations');
    return vault;
  }

  private async createApp(providers: Provider[]): Promise<INestApplicationContext> {
    const platform: DynamicModule = {
      module: class PlatformModule {},
      global: true,
      providers,
      exports: providers.map((provider) => (provider as unknown as { provide: InjectionToken }).provide),
    };
    const root: DynamicModule = { module: class RootModule {}, imports: [platform, this.definition.module] };
    Module({})(root.module);
    Module({})(platform.module);
    const options = { logger: ['error', 'fatal'] as LogLevel[], abortOnError: false };
    if (!this.definition.http) return NestFactory.createApplicationContext(root, options);
    const { createHttpApp } = await import('./http-app.ts');
    return createHttpApp(root, options);
  }

  private async startWork(shared: { metrics: Metrics; tokens: CallerTokens; sealer: SecretSealer }): Promise<void> {
    const { name } = this.definition;
    const instances = this.instances();
    if (this.definition.secrets.length > 0) instances.push(new ShredSecrets(this.app.get(Vault)));
    if (this.dataSource) instances.push(new PurgeOrganisation(this.app.get(TenantDatabase), this.wakes, this.log));
    for (const instance of instances) for (const hook of startHooks(instance)) await hook();
    const handled = instances.flatMap(operationHandlers);
    const listening = instances.flatMap(eventHandlers);
    if (this.dataSource) {
      const tenants = this.app.get(TenantDatabase);
      const outbox = this.app.get(Outbox);
      const inboxes = this.makeInboxes(listening, tenants, outbox);
      if (name !== 'gateway') handled.push(...deadLetterHandlers(name, { tenants, inboxes, log: this.log }));
      checkHandlers(name, handled, operations());
      const runner = new OperationRunner(tenants, outbox);
      this.server = new OperationServer({ service: name, nc: this.nc, runner, log: this.log, ...shared }, handled);
      this.stopCounting = watchDeadLetters(name, tenants);
      this.relay?.start();
      for (const consumer of this.consumers) await consumer.start();
      this.server.start();
      this.loops.push(...startLoops(new Housekeeping(tenants), this.log, this.wakes));
    }
    this.loops.push(...instances.flatMap((instance) => startLoops(instance, this.log, this.wakes)));
    if (this.definition.http) await (this.app as INestApplication).listen(this.settings.port, this.settings.host);
  }

  private makeInboxes(
    listening: ReturnType<typeof eventHandlers>,
    tenants: TenantDatabase,
    outbox: Outbox,
  ): Map<string, Inbox> {
    const inboxes = new Map<string, Inbox>();
    for (const [source, handlers] of Map.groupBy(listening, (handler) => handler.event.service as ServiceName)) {
      const consumer = consumerName(this.definition.name, source);
      const inbox = new Inbox({ consumer, handlers, tenants, outbox });
      inboxes.set(consumer, inbox);
      this.consumers.push(
        new EventConsumer({ service: this.definition.name, source, nc: this.nc, inbox, log: this.log }),
      );
    }
    return inboxes;
  }

  private instances(): object[] {
    const modules = [...this.app.get(ModulesContainer).values()];
    const found = modules.flatMap((module) => [...module.providers.values()].map((wrapper) => wrapper.instance));
    const objects = found.filter((instance): instance is object => typeof instance === 'object' && instance !== null);
    return [...new Set(objects)];
  }

  private readiness(): Check {
    return async () => {
      const trouble = watchOf(this.nc).trouble();
      if (trouble) return `NATS: ${trouble}`;
      const bus = within(500, 'NATS', this.nc.flush());
      const database = this.dataSource ? within(500, 'Postgres', this.dataSource.query('select 1')) : undefined;
      return (await bus) ?? (await database);
    };
  }

  get<T>(token: new (...args: never[]) => T): T {
    return this.app.get(token);
  }

  /**
   * Takes no more and finishes what is in hand, the edge first: requests that are answered may still call operations,
   * emit, and need what loops keep fresh. Then operations and events, then loops, then last things.
   */
  async stopWork(): Promise<void> {
    const ends = this.instances().flatMap(endHooks);
    if (this.definition.http) await this.app.close();
    await Promise.all([this.server?.stop(), ...this.consumers.map((consumer) => consumer.stop())]);
    await Promise.all(this.loops.map((loop) => loop.stop()));
    // Nest's own hooks close what a module opened itself.
    if (!this.definition.http) await this.app.close();
    await Promise.all(
      ends.map((end) => end().catch((error: unknown) => this.log.error({ error }, 'A last turn failed'))),
    );
  }

  async close(): Promise<void> {
    this.stopCounting();
    await this.relay?.stop();
    this.bus.close();
    // Without a connection there is nothing to drain, and the client says so by an error.
    if (!this.nc.isClosed()) await this.nc.drain().catch(() => this.nc.close());
    await this.dataSource?.destroy();
  }

  /** Gives back what a start had that failed half-way. */
  async abandon(): Promise<void> {
    this.stopCounting();
    const parts = [
      ...this.loops.map((loop) => loop.stop()),
      this.server?.stop(),
      ...this.consumers.map((consumer) => consumer.stop()),
      this.relay?.stop(),
      this.app?.close(),
    ];
    await within(ABANDON_MS, 'what was started', Promise.allSettled(parts));
    this.bus?.close();
    await within(ABANDON_MS, 'NATS', this.nc?.close() ?? Promise.resolve());
    await within(ABANDON_MS, 'Postgres', this.dataSource?.destroy() ?? Promise.resolve());
  }
}

const ABANDON_MS = 3_000;

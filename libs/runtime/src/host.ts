import 'reflect-metadata';
import type { NatsConnection } from '@nats-io/nats-core';
import type { DynamicModule, INestApplicationContext, Provider } from '@nestjs/common';
import { DiscoveryService, NestFactory } from '@nestjs/core';
import type { CustomStrategy } from '@nestjs/microservices';
import { operations } from '@tidegate/contracts/kernel/registry';
import { connectDatabase } from '@tidegate/database/data-source';
import { measureServer } from '@tidegate/database/server-metrics';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { BusTransport } from '@tidegate/messaging/bus-transport';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { useCurrentLogins } from '@tidegate/messaging/changed-logins';
import { watchDeadLetters } from '@tidegate/messaging/dead-letter-controller';
import { holdOnRequest } from '@tidegate/messaging/hold-calls';
import { connectNats } from '@tidegate/messaging/nats';
import { watchOf } from '@tidegate/messaging/nats-watch';
import { Outbox } from '@tidegate/messaging/outbox';
import { Relay } from '@tidegate/messaging/relay';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { ReadRing } from '@tidegate/vault/master-keys';
import { resealDerived } from '@tidegate/vault/reseal';
import { Vault } from '@tidegate/vault/vault';
import type { DataSource } from 'typeorm';
import { DiskRoom } from './disk-room.ts';
import { type Check, type Health, within } from './health.ts';
import { InstallationLicence } from './licence/installation-licence.ts';
import { Loops, refuseHandlersInProviders } from './loops.ts';
import { CHANGED_LOGINS, natsLoginOf } from './nats-login.ts';
import { nestLogger, PlatformModule, rootModule } from './platform.module.ts';
import { requireSchema } from './require-schema.ts';
import { BUS_MEMBERS, sealingNames, variablePrefix } from './secrets-file.ts';
import { type ServiceDefinition, schemaOf } from './service.ts';
import type { Settings } from './settings.ts';
import { Wakes } from './wakes.ts';

/** What every service of this process shares. */
export const SETTINGS = Symbol('settings');
export const HEALTH = Symbol('health');
/** The service's NATS connection: for the gateway's streams and the usage stream, not for capability folders. */
export const NATS = Symbol('nats');

/**
 * One running service: its connections and its Nest application.
 *
 * Start: connections, Nest with its bootstrap hooks, then operations, events and loops; one that fails is cleaned up by
 * `abandon` and may be retried with a new host. Stop, in two halves so that a process can stop the gateway first:
 * `stopWork` takes no more work and finishes what is running; `close` sends the outbox and closes the connections.
 */
export class ServiceHost {
  readonly definition: ServiceDefinition;
  private readonly settings: Settings;
  private readonly licence: InstallationLicence;
  private readonly log: Log;
  private nc!: NatsConnection;
  private dataSource: DataSource | undefined;
  private tenants: TenantDatabase | undefined;
  private bus!: Bus;
  private relay: Relay | undefined;
  private app!: INestApplicationContext;
  private stopCounting: () => void = () => {};

  /** `licence`: that of the installation, which all services of a process share. */
  constructor(definition: ServiceDefinition, settings: Settings, licence = new InstallationLicence(settings.licence)) {
    this.licence = licence;
    this.definition = definition;
    this.settings = settings;
    this.log = new Log({ service: definition.name });
  }

  async start(config: object | undefined, health: Health): Promise<void> {
    const { name } = this.definition;
    const { settings, log } = this;
    this.nc = await connectNats(natsLoginOf(settings, name), name);
    const wakes = new Wakes(name, this.nc);
    wakes.on(CHANGED_LOGINS, () => void useCurrentLogins());
    const metrics = new Metrics();
    const tokens = new CallerTokens(settings.secrets.of('CALLER_SECRET'));
    const sealer = this.makeSealer();
    this.bus = new Bus({ service: name, nc: this.nc, tokens, sealer });
    if (this.definition.http) holdOnRequest(this.nc, this.bus);
    const data = await this.openData();
    const shared = { service: name, nc: this.nc, tokens, sealer, log, metrics };
    const transport =
      data && new BusTransport({ ...shared, ...data, limits: settings.nats.limits, contracts: operations() });
    const platform = PlatformModule.of(this.definition, [
      { provide: SETTINGS, useValue: settings },
      { provide: HEALTH, useValue: health },
      { provide: NATS, useValue: this.nc },
      { provide: DiskRoom, useValue: new DiskRoom(settings.diskRoom) },
      { provide: Wakes, useValue: wakes },
      { provide: InstallationLicence, useValue: this.licence },
      { provide: Log, useValue: log },
      { provide: Metrics, useValue: metrics },
      { provide: Bus, useValue: this.bus },
      { provide: CallerTokens, useValue: tokens },
      ...(this.definition.config ? [{ provide: this.definition.config, useValue: config }] : []),
      ...(data ? dataProviders(data) : []),
      ...(transport ? [{ provide: BusTransport, useValue: transport }] : []),
    ]);
    await this.startApp(platform, transport);
    health.serviceStarted(name, this.readiness());
  }

  /** Returns how to end it. */
  measureDatabase(): () => void {
    return this.tenants ? measureServer(this.tenants) : () => {};
  }

  private makeSealer(): SecretSealer {
    const { secrets } = this.settings;
    const { name } = this.definition;
    const publicKeys = BUS_MEMBERS.map((member) => [member, secrets.of(sealingNames(member)[0])] as const);
    return new SecretSealer(Object.fromEntries(publicKeys), { name, privateKey: secrets.of(sealingNames(name)[1]) });
  }

  /** Database, outbox and vault, for a service that has a schema. */
  private async openData(): Promise<Data | undefined> {
    const { name, migrations } = this.definition;
    if (migrations.length === 0) return undefined;
    const { database, encryptionKeys, secrets } = this.settings;
    this.dataSource = await connectDatabase({
      host: database.host,
      port: database.port,
      database: database.name,
      ssl: database.ssl,
      schema: schemaOf(name),
      ...database.limits,
      ...database.roles[name],
      password: secrets.of(`${variablePrefix(name)}_DATABASE_PASSWORD`),
    });
    const tenants = new TenantDatabase(this.dataSource);
    this.tenants = tenants;
    await requireSchema(tenants, this.definition);
    this.relay = new Relay({ service: name, tenants, nc: this.nc, log: this.log, limits: this.settings.nats.limits });
    const outbox = new Outbox(name, () => this.relay?.wake());
    return { tenants, outbox, vault: await this.openVault(encryptionKeys[name], tenants) };
  }

  /** Refuses a ring that does not open this schema's secrets. */
  private async openVault(ring: ReadRing | undefined, tenants: TenantDatabase): Promise<Vault | undefined> {
    if (!ring) return undefined;
    const vault = new Vault(ring);
    await vault.prepare(tenants);
    const resealed = await resealDerived({ tenants, vault }, this.definition.secrets, (place) =>
      this.log.error({ place }, 'A sealed secret cannot be read and was left unchanged'),
    );
    if (resealed > 0) this.log.info({ resealed }, 'Secrets were sealed again with the keys of their organisations');
    return vault;
  }

  /** Nest's bootstrap hooks run before any work is taken. */
  private async startApp(platform: DynamicModule, transport: BusTransport | undefined): Promise<void> {
    const { http, module, name } = this.definition;
    const root = rootModule(platform, module);
    const options = { logger: nestLogger(this.log), abortOnError: false };
    if (http) {
      const { createHttpApp } = await import('./http-app.ts');
      const app = await createHttpApp(root, options);
      this.app = await app.init();
      this.app.get(Loops).start();
      const { listen } = await import('./listen.ts');
      await listen(app, this.settings.port, this.settings.host);
      return;
    }
    if (!transport) {
      this.app = await NestFactory.createApplicationContext(root, options);
    } else {
      const app = await NestFactory.createMicroservice<CustomStrategy>(root, { ...options, strategy: transport });
      this.app = app;
      refuseHandlersInProviders(app.get(DiscoveryService));
      this.stopCounting = watchDeadLetters(name, app.get(TenantDatabase));
      this.relay?.start();
      await app.listen();
    }
    this.app.get(Loops).start();
  }

  private readiness(): Check {
    return async () => {
      const trouble = watchOf(this.nc).trouble();
      if (trouble) return `NATS: ${trouble}`;
      const bus = within(500, 'NATS', this.nc.flush());
      const database = this.tenants && within(500, 'Postgres', this.tenants.ping());
      return (await bus) ?? (await database);
    };
  }

  get<T>(token: new (...args: never[]) => T): T {
    return this.app.get(token);
  }

  /**
   * Takes no more work and finishes what is running, in Nest's order: operations and events with the transport,
   * requests and loops in `onModuleDestroy`, then the rest in `onApplicationShutdown`.
   */
  async stopWork(): Promise<void> {
    await this.app.close();
  }

  async close(): Promise<void> {
    this.stopCounting();
    await this.relay?.stop();
    this.bus.close();
    // Without a connection there is nothing to drain, and the client throws.
    if (!this.nc.isClosed()) await this.nc.drain().catch(() => this.nc.close());
    await this.dataSource?.destroy();
  }

  /** Releases what a failed start had opened. */
  async abandon(): Promise<void> {
    this.stopCounting();
    const parts = [this.app?.close(), this.relay?.stop()];
    await within(ABANDON_MS, 'what was started', Promise.allSettled(parts));
    this.bus?.close();
    await within(ABANDON_MS, 'NATS', this.nc?.close() ?? Promise.resolve());
    await within(ABANDON_MS, 'Postgres', this.dataSource?.destroy() ?? Promise.resolve());
  }
}

const ABANDON_MS = 3_000;

interface Data {
  tenants: TenantDatabase;
  outbox: Outbox;
  vault: Vault | undefined;
}

const dataProviders = ({ tenants, outbox, vault }: Data): Provider[] => [
  { provide: TenantDatabase, useValue: tenants },
  { provide: Outbox, useValue: outbox },
  ...(vault ? [{ provide: Vault, useValue: vault }] : []),
];

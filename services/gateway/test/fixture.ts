import { closing } from '@tidegate/testing/closing';
import 'reflect-metadata';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import '@tidegate/contracts/all';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { operations } from '@tidegate/contracts/kernel/registry';
import { SERVICE_NAMES } from '@tidegate/contracts/kernel/service-names';
import { newId } from '@tidegate/database/ids';
import { ensureStreams } from '@tidegate/messaging/jetstream';
import { connectNats } from '@tidegate/messaging/nats';
import { watchOf } from '@tidegate/messaging/nats-watch';
import { loadConfigs } from '@tidegate/runtime/config';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { startNats } from '@tidegate/runtime/embedded/nats-server';
import { Health } from '@tidegate/runtime/health';
import { ServiceHost } from '@tidegate/runtime/host';
import { natsAuthorization } from '@tidegate/runtime/nats-permissions';
import { BUS_MEMBERS, ensureSecrets, variablePrefix } from '@tidegate/runtime/secrets-file';
import { loadSettings, type Settings } from '@tidegate/runtime/settings';
import { Rest } from '@tidegate/testing/platform';
import { until } from '@tidegate/testing/until';
import { GatewayConfig } from '../src/gateway.config.ts';
import { service } from '../src/gateway.service.ts';
import { Accounts } from './accounts.ts';
import { Neighbours } from './neighbours.ts';
import { QuotaBook } from './quota-book.ts';

/**
 * The gateway as it runs for users, with its own rights on a real nats-server; the services behind it are fakes held to
 * their contracts.
 */
export class GatewayWorld {
  readonly url: string;
  readonly rest: Rest;
  readonly settings: Settings;
  readonly neighbours: Neighbours;
  readonly accounts: Accounts;
  readonly quota: QuotaBook;
  readonly nc: NatsConnection;
  readonly nats: { pid: number; stop(): Promise<void> };
  host: ServiceHost;
  health = new Health(['gateway']);
  private readonly env: NodeJS.ProcessEnv;
  private readonly dataDir: string;
  private readonly others: ServiceHost[] = [];

  static async start(env: NodeJS.ProcessEnv = {}): Promise<GatewayWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), 'tidegate-gateway-'));
    chmodSync(dataDir, 0o711);
    const secrets = ensureSecrets(dataDir);
    const users = BUS_MEMBERS.map((name) => {
      return [name, { user: name, password: secrets[`NATS_${variablePrefix(name)}_PASSWORD`] as string }] as const;
    });
    const authorization = natsAuthorization(Object.fromEntries(users) as Settings['nats']['users']);
    const toolsDir = join(process.cwd(), '.data', 'tools');
    const nats = await startNats({ dir: join(dataDir, 'nats'), authorization, toolsDir });
    process.once('exit', () => {
      try {
        process.kill(nats.pid, 'SIGKILL');
      } catch {
        // It has already ended.
      }
    });
    const port = await freePort();
    const all = { DATA_DIR: dataDir, NATS_URL: nats.url, PORT: String(port), ROLES: 'gateway', ...env };
    const settings = loadSettings(
      { DATABASE_URL: 'postgresql://nobody:x@127.0.0.1:1/none', TIDEGATE_EMBEDDED: 'true', ...all, ROLES: 'all' },
      ['host', 'operate'],
    );
    const nc = await connectNats({ servers: settings.nats.servers, ...settings.nats.users.platform }, 'test');
    await ensureStreams(nc);
    const world = new GatewayWorld({ dataDir, env: all, settings, nc, nats });
    nc.subscribe('usage.>', { callback: (_error, message) => world.quota.count(message.string()) });
    watchOf(nc).onReconnect(() => void world.readStream());
    for (const name of SERVICE_NAMES.filter((one) => one !== 'gateway')) {
      await world.neighbours.start(
        name,
        operations().filter((one) => one.service === name),
      );
    }
    world.neighbours.settle();
    await world.startGateway();
    return world;
  }

  private constructor(
    given: Pick<GatewayWorld, 'settings' | 'nc' | 'nats'> & { dataDir: string; env: NodeJS.ProcessEnv },
  ) {
    this.settings = given.settings;
    this.nc = given.nc;
    this.nats = given.nats;
    this.dataDir = given.dataDir;
    this.env = given.env;
    this.url = `http://127.0.0.1:${given.settings.port}`;
    this.rest = new Rest(this.url);
    this.neighbours = new Neighbours(given.settings);
    this.accounts = new Accounts(this.neighbours, given.settings.publicUrl);
    this.quota = new QuotaBook(this.neighbours);
    this.host = new ServiceHost(service, given.settings);
  }

  /** What arrived while this connection was down: each event counts once. */
  private async readStream(): Promise<void> {
    const { streams } = await until(() => jetstreamManager(this.nc, { checkAPI: false }));
    const { state } = await until(() => streams.info('USAGE'), { withinMs: 30_000, what: 'JetStream' });
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const message = await streams.getMessage('USAGE', { seq });
      if (message) this.quota.count(message.string());
    }
  }

  async startGateway(): Promise<void> {
    this.host = new ServiceHost(service, this.settings);
    // What the platform reads from its process, not from a service's configuration.
    process.env['TRUST_PROXY'] = this.env['TRUST_PROXY'] ?? '';
    const config = loadConfigs([GatewayConfig], this.env).get(GatewayConfig);
    this.health = new Health(['gateway']);
    await this.host.start(config, this.health);
  }

  /** Another replica, on a port of its own. It is stopped with the test. */
  async anotherGateway(): Promise<Rest> {
    const port = await freePort();
    const host = new ServiceHost(service, { ...this.settings, port });
    await host.start(loadConfigs([GatewayConfig], this.env).get(GatewayConfig), new Health(['gateway']));
    this.others.push(host);
    return new Rest(`http://127.0.0.1:${port}`);
  }

  /** As SIGTERM does it. */
  async stopGateway(): Promise<void> {
    await this.host.stopWork();
    await this.host.close();
  }

  /** A gateway in a process of its own, on the port of the one here, which must be stopped. */
  async spawnGateway(): Promise<ChildProcess> {
    const { PATH } = process.env;
    const env = { PATH, ...this.env, PUBLIC_URL: this.settings.publicUrl, LOG_LEVEL: 'error' };
    const child = spawn(process.execPath, ['--no-warnings', 'dist/main.js'], { env, stdio: 'inherit' });
    process.once('exit', () => child.kill('SIGKILL'));
    await until(async () => (await fetch(`${this.url}/health/ready`)).ok, { withinMs: 30_000, what: 'the gateway' });
    return child;
  }

  /** Published as identity does. */
  async revoke(
    ...revoked: {
      kind: 'session' | 'user' | 'member' | 'api_key' | 'service_key' | 'organisation';
      id: string;
      version?: number;
    }[]
  ): Promise<void> {
    const at = new Date(Date.now() + 1_000).toISOString();
    const js = jetstream(this.nc, { checkAPI: false });
    await Promise.all(
      revoked.map((one, index) =>
        js.publish(
          accessRevoked.subject,
          JSON.stringify({
            specversion: '1.0',
            id: newId(),
            source: 'identity',
            type: accessRevoked.type,
            time: at,
            subject: one.id,
            sequence: index + 1,
            orgid: null,
            datacontenttype: 'application/json',
            data: { ...one, at },
          }),
        ),
      ),
    );
  }

  as = async (sessionId: string): Promise<Rest> => this.rest.as(await this.accounts.accessToken(sessionId));

  readonly stop = closing(async () => {
    for (const host of this.others) await host.stopWork().then(() => host.close());
    await this.stopGateway().catch(() => {});
    await this.neighbours.stopAll();
    if (!this.nc.isClosed()) await this.nc.close();
    await this.nats.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  });
}

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '@tidegate/runtime/embedded/free-port';
import { postgresBinaries } from '@tidegate/runtime/embedded/postgres-binaries';
import { unprivilegedIdentity } from '@tidegate/runtime/embedded/unprivileged';
import { LONG } from '@tidegate/testing/long';
import { alone, runDir } from '@tidegate/testing/test-run';
import pg from 'pg';
import { copyCluster } from './cluster-copy.ts';

/*
 * A throw-away PostgreSQL to watch, with a port and a folder of its own. PostgreSQL refuses to run as root, so its
 * processes get another user then, as the embedded one of the platform does.
 */
export interface Binaries {
  name: string;
  major: number;
  bin: string;
}

const identity = unprivilegedIdentity();
const env = { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', TZ: 'UTC' };
const USER = 'postgres';
const PASSWORD = 'throw-away';

/** What a test that failed left running ends with the process. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGQUIT');
});

/** What the platform's own database runs on. */
export const EMBEDDED: Binaries = { name: 'embedded 18', major: 18, bin: postgresBinaries(identity) };
const DEBIAN_15: Binaries = { name: 'Debian 15', major: 15, bin: '/usr/lib/postgresql/15/bin' };

const INSTALLED = [EMBEDDED, DEBIAN_15].filter(({ bin }) => existsSync(join(bin, 'postgres')));
/** Where the platform's own database is tested: the embedded 18, and in the long form Debian's 15 where it is installed. */
export const STORE_VERSIONS: Binaries[] = LONG ? INSTALLED : [EMBEDDED];

/** Folders of programs in $MONITOR_TEST_POSTGRES, each with its `postgres` and `initdb`, take the place of those two. */
const named = (process.env['MONITOR_TEST_POSTGRES'] ?? '').split(delimiter).filter(Boolean);

/** The servers that are watched, where asking them costs little. */
export const ALL_VERSIONS: Binaries[] = named.length > 0 ? named.map(binariesIn) : INSTALLED;
/** The same where whole histories are played: in the short form the first of them. */
export const VERSIONS: Binaries[] = LONG || named.length > 0 ? ALL_VERSIONS : ALL_VERSIONS.slice(0, 1);

/** To watch where the version makes no difference. */
export const FIRST_VERSION: Binaries = VERSIONS[0] ?? EMBEDDED;

function binariesIn(bin: string): Binaries {
  const said = execFileSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8', ...identity });
  const [version = '', major] = /(\d+)[.\w]*/.exec(said) ?? [];
  return { name: version, major: Number(major), bin };
}

export interface PostgresOptions {
  settings?: Record<string, string | number>;
  /** Certificate and key in PEM form turn TLS on; with `clientCa`, clients are asked for certificates of that authority. */
  tls?: { cert: string; key: string; clientCa?: string };
  /** Lines of pg_hba.conf instead of password logins from everywhere. */
  hba?: string;
}

/** What the tests themselves ask needs no proof of who asks, which costs both sides thousands of hashes. */
const HBA = `host all ${USER} all trust\nhost all all all scram-sha-256\n`;

export const pidOf = (client: pg.Client): number => (client as unknown as { processID: number }).processID;

export async function connect(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ ...config, ssl: false });
  // The server may be killed under it: what was asked then fails by itself.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Statements apart by `;` at the end of a line; answers the rows of the last one. */
export async function runStatements<Row extends pg.QueryResultRow>(client: pg.Client, text: string): Promise<Row[]> {
  let rows: Row[] = [];
  for (const statement of text.split(/;\s*\n/)) rows = (await client.query<Row>(statement)).rows;
  return rows;
}

export class PostgresServer {
  readonly host: string = '127.0.0.1';
  readonly user = USER;
  readonly password = PASSWORD;
  port = 0;
  readonly major: number;
  private readonly binaries: Binaries;
  private readonly options: PostgresOptions;
  private folder = '';
  private process: ChildProcess | undefined;
  private readonly users: (() => Promise<unknown>)[] = [];

  constructor(binaries: Binaries, options: PostgresOptions = {}) {
    this.binaries = binaries;
    this.major = binaries.major;
    this.options = options;
  }

  static async start(binaries: Binaries, options: PostgresOptions = {}): Promise<PostgresServer> {
    const server = new PostgresServer(binaries, options);
    await server.begin();
    return server;
  }

  async begin(): Promise<void> {
    this.folder = mkdtempSync(join(tmpdir(), 'monitored-pg-'));
    give(this.folder);
    copyCluster(await initialised(this.binaries), this.data);
    this.configure(this.options);
    this.port = await freePort();
    await this.boot();
  }

  /** A client of the superuser, closed with the server. */
  async client(database = 'postgres', user = this.user, password = this.password): Promise<pg.Client> {
    const { host, port } = this;
    const client = await connect({ host, port, user, password, database });
    this.beforeStop(() => client.end());
    return client;
  }

  /**
   * Statements of the superuser, in a session of their own: when it ends, all that it did is counted. Answers the rows
   * of the last one.
   */
  async sql<Row extends pg.QueryResultRow>(text: string, database = 'postgres'): Promise<Row[]> {
    const { host, port, user, password } = this;
    const client = await connect({ host, port, user, password, database });
    try {
      return await runStatements<Row>(client, text);
    } finally {
      await client.end();
    }
  }

  async boot(): Promise<void> {
    this.process = spawn(join(this.binaries.bin, 'postgres'), ['-D', this.data, '-p', String(this.port)], {
      stdio: 'ignore',
      env,
      ...identity,
    });
    const child = this.process;
    running.add(child);
    child.once('exit', () => running.delete(child));
    const deadline = Date.now() + 15_000;
    while (!this.isReady()) {
      if (this.process.exitCode !== null || Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start:\n${this.log()}`);
      }
      await setTimeout(20);
    }
  }

  /** Ends sessions and shuts down cleanly; the data stay. */
  async halt(signal: 'SIGINT' | 'SIGQUIT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }

  /** Whoever uses this server ends first, the last one to come before the others. */
  beforeStop(end: () => Promise<unknown>): void {
    this.users.push(end);
  }

  async stop(): Promise<void> {
    for (const end of this.users.splice(0).reverse()) await end().catch(() => undefined);
    await this.halt('SIGQUIT');
    rmSync(this.folder, { recursive: true, force: true });
  }

  log(): string {
    const file = join(this.folder, 'server.log');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  private isReady(): boolean {
    const file = join(this.data, 'postmaster.pid');
    return existsSync(file) && readFileSync(file, 'utf8').split('\n')[7]?.trim() === 'ready';
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private configure({ settings = {}, tls, hba }: PostgresOptions): void {
    const all: Record<string, string | number> = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      // 13 would keep MD5 of passwords, which the logins below refuse.
      password_encryption: 'scram-sha-256',
      shared_preload_libraries: 'pg_stat_statements',
      fsync: 'off',
      shared_buffers: '16MB',
      max_connections: 40,
      max_logical_replication_workers: 0,
      ...(this.major >= 18 ? { io_method: 'sync' } : {}),
      logging_collector: 'on',
      log_directory: this.folder,
      log_filename: 'server.log',
      ...settings,
    };
    if (tls) {
      for (const [name, text] of [
        ['server.crt', tls.cert],
        ['server.key', tls.key],
        ['clients.crt', tls.clientCa ?? ''],
      ] as const) {
        writeFileSync(join(this.data, name), text, { mode: 0o600 });
        give(join(this.data, name));
      }
      all['ssl'] = 'on';
      if (tls.clientCa) all['ssl_ca_file'] = 'clients.crt';
    }
    const lines = Object.entries(all).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
    writeFileSync(join(this.data, 'postgresql.conf'), `${lines.join('\n')}\n`);
    writeFileSync(join(this.data, 'pg_hba.conf'), hba ?? HBA);
  }
}

/** A cluster that the servers of this run are copies of. */
async function initialised({ bin }: Binaries): Promise<string> {
  const data = join(runDir(), `cluster-${hash('sha256', bin).slice(0, 12)}`);
  if (existsSync(data)) return data;
  return alone('clusters', async () => {
    if (existsSync(data)) return data;
    const folder = mkdtempSync(join(tmpdir(), 'monitored-pg-'));
    const password = join(folder, 'password');
    writeFileSync(password, PASSWORD);
    give(folder, password);
    const made = join(folder, 'data');
    const login = ['-U', USER, `--pwfile=${password}`, '-A', 'scram-sha-256'];
    const options = [...login, '-E', 'UTF8', '--locale=C', '--no-sync', '--wal-segsize=1'];
    execFileSync(join(bin, 'initdb'), ['-D', made, ...options], { env, stdio: 'pipe', cwd: folder, ...identity });
    copyCluster(made, `${data}.unfinished`);
    renameSync(`${data}.unfinished`, data);
    rmSync(folder, { recursive: true });
    return data;
  });
}

function give(folder: string, ...files: string[]): void {
  if (!identity) return;
  for (const path of [folder, ...files]) chownSync(path, identity.uid, identity.gid);
}

import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import pg from 'pg';
import { ConnectionFailed, type Where } from './connection-failure.rules.ts';
import { GuardedWire } from './guarded-wire.ts';
import type { Intake } from './intake.ts';
import { isVerified, lacksCa } from './tls-mode.rules.ts';
import { getTypeParser } from './value-parsers.ts';

/*
 * One connection to a server that somebody else owns, made from plain fields.
 *
 * Nothing of the process's own leaks in: no connection URL (its parser reads local files), no PG* variables, no
 * password file, no unix socket. The address is the one that was checked, the certificate is checked against the name
 * that was given. Nothing of the server's can hurt: the driver sees whole messages only that may come now and are what
 * they say (`GuardedWire`), a password is never sent in clear text to whom we cannot verify, and functions are only
 * looked up in pg_catalog.
 */
export interface ServerTarget extends Where {
  password: string;
  tlsMode: TlsMode;
  tlsCa: string | null;
}

/** The checked address that `host` leads to. */
export interface Address {
  address: string;
  loopback: boolean;
}

export interface ConnectOptions {
  timeoutMs?: number;
  /** For each question. */
  answerTimeoutMs?: number;
  /** The most that one answer, or one batch of answers, may bring. */
  maxAnswerBytes?: number;
  intake?: Intake;
  /** Cuts the connection, also after it was made. */
  signal?: AbortSignal;
}

const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_TIMEOUT_MS = 8_000;
const CLOSE_MS = 1_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_GREETING_BYTES = 1024 * 1024;

/**
 * Settings of our sessions: nothing of ours runs long, waits for locks, writes, or uses the customer's functions. Our
 * questions compare thousands of rows with thousands of keys that the planner knows nothing of: by hash, never sorted.
 */
const SESSION = `select set_config(s.name, s.value, false) from (values
  ('statement_timeout', '5000'), ('lock_timeout', '100'), ('idle_in_transaction_session_timeout', '10000'),
  ('idle_session_timeout', '0'), ('jit', 'off'), ('default_transaction_read_only', 'on'),
  ('search_path', 'pg_catalog'), ('stats_fetch_consistency', 'cache'),
  ('enable_mergejoin', 'off'), ('plan_cache_mode', 'force_generic_plan'), ('timezone', 'UTC'), ('client_min_messages', 'error'), ('bytea_output', 'hex')
  ) s(name, value) where current_setting(s.name, true) is not null`;

const MAX_OWN_SESSIONS = 10;
/** Texts are the same with every look; should one ever not be, the server's memory must not fill with plans. */
const MAX_PREPARED = 50;
const GREETING = `select pg_backend_pid() as pid, current_setting('server_version_num')::int as version,
  (select count(*)::int from pg_stat_activity
    where application_name = 'tidegate' and usename = current_user and pid <> pg_backend_pid()) as own`;

export class ServerConnection {
  /** As in `server_version_num`: 180001. */
  readonly version: number;
  private readonly client: pg.Client;
  private readonly wire: GuardedWire;
  private readonly maxAnswerBytes: number;
  private readonly names = new Map<string, string>();
  private lost: Error | undefined;

  constructor(client: pg.Client, version: number, wire: GuardedWire, maxAnswerBytes: number) {
    this.client = client;
    this.version = version;
    this.wire = wire;
    this.maxAnswerBytes = maxAnswerBytes;
    client.on('error', (error) => {
      this.lost ??= wire.breach ?? error;
    });
    client.on('end', () => {
      this.lost ??= new ConnectionFailed('connection_lost');
    });
  }

  get alive(): boolean {
    return this.lost === undefined && this.wire.open;
  }

  /** Questions that are asked without waiting for each other travel together; one that fails leaves the others alone. */
  async rows<Row extends unknown[]>(text: string, values: unknown[] = []): Promise<Row[]> {
    if (this.lost) throw this.lost;
    this.wire.allow(this.maxAnswerBytes);
    const result = await this.client.query<Row>({ ...this.prepared(text), values, rowMode: 'array' });
    return result.rows;
  }

  async objects<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    if (this.lost) throw this.lost;
    this.wire.allow(this.maxAnswerBytes);
    return (await this.client.query({ ...this.prepared(text), values })).rows as Row[];
  }

  async one<Row extends object>(text: string, values: unknown[] = []): Promise<Row> {
    const [row] = await this.objects<Row>(text, values);
    if (!row) throw new Error('A question that always has an answer had none.');
    return row;
  }

  /** Planning costs the server as much as most of our questions: each is planned once per session. */
  private prepared(text: string): { text: string; name?: string } {
    const known = this.names.get(text);
    if (known) return { text, name: known };
    if (this.names.size >= MAX_PREPARED) return { text };
    const name = `tidegate_${this.names.size}`;
    this.names.set(text, name);
    return { text, name };
  }

  /** Whoever asked is through with the answers, which count as memory in use until then. */
  release(): void {
    this.wire.release();
  }

  /** A server that does not close its side is left where it is. */
  async close(): Promise<void> {
    this.lost ??= new ConnectionFailed('connection_lost');
    const cut = setTimeout(() => this.wire.destroy(), CLOSE_MS);
    await this.client.end();
    clearTimeout(cut);
  }
}

export async function connectServer(
  target: ServerTarget,
  { address, loopback }: Address,
  options: ConnectOptions = {},
): Promise<ServerConnection> {
  const { timeoutMs = CONNECT_TIMEOUT_MS, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const { maxAnswerBytes = MAX_ANSWER_BYTES, intake, signal } = options;
  if (isIP(address) === 0) throw new Error('Only checked addresses are connected to.');
  if (lacksCa(target.tlsMode, target.tlsCa)) throw new ConnectionFailed('tls_ca_needed');
  const verified = isVerified(target.tlsMode, target.tlsCa);
  const wire = new GuardedWire({
    tls: tlsOptions(target),
    // On the machine itself there is nobody in between who could read along.
    policy: { cleartext: verified, md5: verified || loopback },
    greetingBytes: MAX_GREETING_BYTES,
    ...(intake ? { intake } : {}),
  });
  const client = new pg.Client({
    host: address,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    stream: wire,
    ssl: false,
    client_encoding: 'utf8',
    application_name: 'tidegate',
    connectionTimeoutMillis: timeoutMs,
    query_timeout: answerTimeoutMs,
    enableChannelBinding: target.tlsMode !== 'disable',
    pipeline: true,
    types: { getTypeParser },
  } as unknown as pg.ClientConfig);
  const internals = client as unknown as Internals;
  internals.connectionParameters.options = undefined;
  internals.connectionParameters.replication = undefined;
  client.on('error', () => {});
  const giveUp = () => wire.destroy(new ConnectionFailed('answer_timeout'));
  signal?.addEventListener('abort', giveUp);
  wire.once('close', () => signal?.removeEventListener('abort', giveUp));
  try {
    if (signal?.aborted) giveUp();
    await client.connect();
    return await greet(client, internals, wire, maxAnswerBytes);
  } catch (error) {
    wire.destroy();
    throw wire.breach ?? error;
  }
}

interface Internals {
  connectionParameters: { options: unknown; replication: unknown };
  processID: number | null;
}

/** The first question shows whether PostgreSQL itself answers, before anything is set in the session. */
async function greet(
  client: pg.Client,
  internals: Internals,
  wire: GuardedWire,
  maxAnswerBytes: number,
): Promise<ServerConnection> {
  const { rows } = await client.query<{ pid: number; version: number; own: number }>(GREETING);
  const [first] = rows;
  if (!first) throw new ConnectionFailed('not_postgresql');
  // A pooler hands out a session number of its own making.
  if (first.pid !== internals.processID) throw new ConnectionFailed('pooler');
  if (first.version < 130_000) throw new ConnectionFailed('version_unsupported');
  if (first.own >= MAX_OWN_SESSIONS) throw new ConnectionFailed('too_many_own_sessions');
  await client.query(SESSION);
  return new ServerConnection(client, first.version, wire, maxAnswerBytes);
}

/** Our own meaning of each mode; that of the driver's connection strings changes between its versions. */
function tlsOptions({ tlsMode, tlsCa, host }: ServerTarget): ConnectionOptions | false {
  if (tlsMode === 'disable') return false;
  const common: ConnectionOptions = {
    minVersion: 'TLSv1.2',
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(tlsCa ? { ca: tlsCa } : {}),
  };
  if (tlsMode === 'require') return { ...common, rejectUnauthorized: false };
  return {
    ...common,
    rejectUnauthorized: true,
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      tlsMode === 'verify-ca' ? undefined : checkServerIdentity(host, certificate),
  };
}

import { isIP } from 'node:net';
import type { TlsMode } from '@tidegate/contracts/monitor-agent/server';
import pg from 'pg';
import type { ClientCertificate } from './client-certificate.ts';
import { ConnectionFailed, failureCode, type Where } from './connection-failure.rules.ts';
import {
  DAY_FIRST,
  type FixedStatement,
  isNamesChanged,
  MONTH_FIRST,
  NamesChanged,
  prepareFixed,
} from './fixed-names.queries.ts';
import { GuardedWire } from './guarded-wire.ts';
import type { Intake } from './intake.ts';
import { qualified } from './qualified.rules.ts';
import { GREETING, isSafe, nextPacket, SESSION, START_PACKET, type StartPacket } from './session-settings.queries.ts';
import { isVerified, lacksCa } from './tls-mode.rules.ts';
import { tlsOptions } from './tls-options.ts';
import { getTypeParser } from './value-parsers.ts';

/*
 * One connection to a server that somebody else owns, made from plain fields.
 *
 * Nothing of the process's own leaks in: no connection URL (its parser reads local files), no PG* variables, no
 * password file, no unix socket. The address is the one that was checked, the certificate is checked against the name
 * that was given. Nothing of the server's can hurt: the driver sees whole messages only that may come now and are what
 * they say (`GuardedWire`), a password is never sent in clear text to whom we cannot verify, every name in a query
 * means what PostgreSQL means by it (`qualified`), and no session is used whose settings are not ours
 * (session-settings.queries.ts).
 */
export interface ServerTarget extends Where {
  /** null: the client certificate is all that there is. */
  password: string | null;
  tlsMode: TlsMode;
  tlsCa: string | null;
  clientCertificate?: ClientCertificate | null;
}

/** The checked address that `host` leads to. */
export interface Address {
  address: string;
  loopback: boolean;
}

export interface ConnectOptions {
  timeoutMs?: number;
  /** For each query. */
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

const MAX_OWN_SESSIONS = 10;
/** Texts are the same with every snapshot; should one ever not be, the server's memory must not fill with plans. */
const MAX_PREPARED = 50;

export class ServerConnection {
  /** As in `server_version_num`: 180001. */
  readonly version: number;
  private readonly client: pg.Client;
  private readonly wire: GuardedWire;
  private readonly maxAnswerBytes: number;
  private readonly queries = new Map<string, { text: string; name: string }>();
  private readonly fixed = new Map<string, FixedStatement>();
  private fixedSoFar = 0;
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

  /** Of the database, as PostgreSQL calls it. */
  get encoding(): string {
    return this.wire.encoding;
  }

  get alive(): boolean {
    return this.lost === undefined && this.wire.open;
  }

  /** Queries that are asked without waiting for each other travel together; one that fails leaves the others alone. */
  async rows<Row extends unknown[]>(query: string | FixedStatement, values: unknown[] = []): Promise<Row[]> {
    return this.ask<Row>(query, { values, rowMode: 'array' });
  }

  async objects<Row extends object>(query: string | FixedStatement, values: unknown[] = []): Promise<Row[]> {
    return this.ask<Row>(query, { values });
  }

  async one<Row extends object>(query: string | FixedStatement, values: unknown[] = []): Promise<Row> {
    const [row] = await this.objects<Row>(query, values);
    if (!row) throw new Error('A query that always has an answer had none.');
    return row;
  }

  /**
   * Prepares a text whose names must mean what they mean now (fixed-names.queries.ts). `check` throws when that is not what they
   * were meant to mean.
   */
  async fix(text: string, check: () => Promise<void>): Promise<FixedStatement> {
    const known = this.fixed.get(text);
    if (known) return known;
    if (this.lost) throw this.lost;
    if (this.fixed.size >= MAX_PREPARED) await this.unfix();
    const name = `tidegate_fixed_${this.fixedSoFar}`;
    this.fixedSoFar += 1;
    this.wire.allow(this.maxAnswerBytes);
    try {
      // Nothing else may be asked in between: it could be what needs its names looked up anew.
      await Promise.all([DAY_FIRST, prepareFixed(name, text), MONTH_FIRST].map((one) => this.client.query(one)));
      (this.client as unknown as Internals).connection.parsedStatements[name] = name;
      await check();
    } catch (error) {
      await this.unfix(name);
      throw error;
    }
    const statement = { name };
    this.fixed.set(text, statement);
    return statement;
  }

  /** What has changed concerns all of them. One that stays behind on the server is never asked again. */
  private async unfix(...unchecked: string[]): Promise<void> {
    const names = [...this.fixed.values()].map(({ name }) => name);
    this.fixed.clear();
    await Promise.allSettled([...names, ...unchecked].map((name) => this.client.query(`deallocate ${name}`)));
  }

  private async ask<Row>(
    query: string | FixedStatement,
    how: { values: unknown[]; rowMode?: 'array' },
  ): Promise<Row[]> {
    if (this.lost) throw this.lost;
    this.wire.allow(this.maxAnswerBytes);
    if (typeof query === 'string') {
      return (await this.client.query({ ...this.prepared(query), ...how })).rows as Row[];
    }
    try {
      return (await this.client.query({ name: query.name, ...how } as unknown as pg.QueryConfig)).rows as Row[];
    } catch (error) {
      if (!isNamesChanged(error)) throw error;
      await this.unfix();
      throw new NamesChanged(error);
    }
  }

  /** Planning costs the server as much as most of our queries: each is planned once per session. */
  private prepared(text: string): { text: string; name?: string } {
    const known = this.queries.get(text);
    if (known) return known;
    const query = { text: qualified(text) };
    if (this.queries.size >= MAX_PREPARED) return query;
    const named = { ...query, name: `tidegate_${this.queries.size}` };
    this.queries.set(text, named);
    return named;
  }

  /** The caller is done with the answers, which count as memory in use until then. */
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
  checked: Address,
  options: ConnectOptions & { packet?: StartPacket } = {},
): Promise<ServerConnection> {
  const { address, loopback } = checked;
  const { timeoutMs = CONNECT_TIMEOUT_MS, answerTimeoutMs = ANSWER_TIMEOUT_MS } = options;
  const { maxAnswerBytes = MAX_ANSWER_BYTES, intake, signal, packet = START_PACKET } = options;
  if (isIP(address) === 0) throw new Error('Only checked addresses are connected to.');
  if (lacksCa(target.tlsMode, target.tlsCa)) throw new ConnectionFailed('tls_ca_needed');
  const verified = isVerified(target.tlsMode, target.tlsCa);
  const wire = new GuardedWire({
    tls: tlsOptions(target),
    // On the machine itself there is nobody in between who could read along.
    policy: { password: target.password !== null, cleartext: verified, md5: verified || loopback },
    greetingBytes: MAX_GREETING_BYTES,
    ...(intake ? { intake } : {}),
  });
  const client = newClient(target, { address, timeoutMs, answerTimeoutMs, wire });
  const internals = client as unknown as Internals;
  internals.connectionParameters.options = packet.options;
  internals.connectionParameters.replication = undefined;
  let said: unknown;
  client.on('error', (error) => {
    said ??= (error as { code?: unknown }).code;
  });
  const giveUp = () => wire.destroy(new ConnectionFailed('answer_timeout'));
  signal?.addEventListener('abort', giveUp);
  wire.once('close', () => signal?.removeEventListener('abort', giveUp));
  let loggedIn = false;
  try {
    if (signal?.aborted) giveUp();
    await client.connect();
    loggedIn = true;
    return await greet(client, internals, wire, maxAnswerBytes);
  } catch (error) {
    const code = failureCode(wire.breach ?? error);
    wire.destroy();
    if (target.clientCertificate && wire.unanswered && CUT_SHORT.has(code)) {
      throw new ConnectionFailed('client_certificate_refused', error);
    }
    const hung = wire.opened && code === 'connect_timeout';
    const sqlstate = said ?? (error as { code?: unknown }).code;
    const again = wire.breach ? undefined : nextPacket(packet, sqlstate, loggedIn);
    if (again) return connectServer(target, checked, { ...options, packet: again });
    throw wire.breach ?? (hung ? new ConnectionFailed('login_timeout', error) : error);
  }
}

/** How it looks when a server ends TLS: by saying why, or before that could be read. */
const CUT_SHORT: ReadonlySet<string> = new Set(['tls_failed', 'connection_lost']);

function newClient(
  target: ServerTarget,
  way: { address: string; timeoutMs: number; answerTimeoutMs: number; wire: GuardedWire },
): pg.Client {
  return new pg.Client({
    host: way.address,
    port: target.port,
    user: target.user,
    // Without one nobody is let through to where it is asked for (`Login`); the driver would look into the environment.
    password: target.password ?? (() => ''),
    database: target.database,
    stream: way.wire,
    ssl: false,
    client_encoding: 'utf8',
    application_name: 'tidegate',
    connectionTimeoutMillis: way.timeoutMs,
    query_timeout: way.answerTimeoutMs,
    enableChannelBinding: target.tlsMode !== 'disable',
    pipeline: true,
    types: { getTypeParser },
  } as unknown as pg.ClientConfig);
}

interface Internals {
  connectionParameters: { options: unknown; replication: unknown };
  processID: number | null;
  connection: { parsedStatements: Record<string, string> };
}

interface Greeting {
  pid: number;
  version: number;
  encoding: string;
  own: number;
}

/** The first query shows whether PostgreSQL itself answers, before anything is set in the session. */
async function greet(
  client: pg.Client,
  internals: Internals,
  wire: GuardedWire,
  maxAnswerBytes: number,
): Promise<ServerConnection> {
  const { rows } = await client.query<Greeting>(GREETING);
  const [first] = rows;
  if (!first) throw new ConnectionFailed('not_postgresql');
  // A pooler hands out a session number of its own making.
  if (first.pid !== internals.processID) throw new ConnectionFailed('pooler');
  if (first.version < 130_000) throw new ConnectionFailed('version_unsupported');
  if (first.own >= MAX_OWN_SESSIONS) throw new ConnectionFailed('too_many_own_sessions');
  wire.encoding = first.encoding;
  const shown = await client.query<{ name: string; value: string }>(SESSION);
  if (!isSafe(first.version, shown.rows)) throw new ConnectionFailed('session_unsafe');
  return new ServerConnection(client, first.version, wire, maxAnswerBytes);
}

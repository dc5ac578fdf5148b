import type pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import { killBackend } from './watched.ts';

/*
 * A driver of a real PostgreSQL that keeps the reference: how often it really executed which statement, by database,
 * role, query and level. The query's number comes from EXPLAIN, so nothing here is read from pg_stat_statements itself
 * but what a history cannot know otherwise: whether PostgreSQL until 16 let a rebirth be seen at all, and the number of
 * a query in 13, whose EXPLAIN does not tell it.
 *
 * For every series it remembers what ran since the last snapshot in the reset epoch that PostgreSQL still shows (`alive`). A reset
 * ends reset epochs: what was alive and not yet looked at is lost, exactly that much.
 */
export type Random = () => number;

/** Mulberry32: small, and the same everywhere for the same seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('There is nothing to pick from.');
  return item;
};

/** Statements that differ in their form, not only in a constant: the operators spell the number. */
export const statement = (number: number): string =>
  `select 1${Array.from({ length: 10 }, (_, bit) => ((number >> bit) & 1 ? ' + 2' : ' - 2')).join('')}`;

export const REPEAT = `create function repeat_it(text text, times int) returns void language plpgsql as
  'begin for turn in 1 .. times loop execute text; end loop; end'`;

/** Of `s`, a row of pg_stat_statements. PostgreSQL 13 does not tell levels apart: all is top-level there. */
export const SERIES_KEY = `concat_ws('/', s.dbid, s.userid, s.queryid, left(coalesce(to_jsonb(s) ->> 'toplevel', 't'), 1))`;

interface Place {
  database: string;
  role: string;
}

interface Recipe {
  place: Place;
  text: string;
  nested: boolean;
}

/** In what `shown` reads. */
const MILLISECONDS = new Set([3, 4]);

/** All that may only rise within one reset epoch of a row, then the extremes. */
export interface ShownRow {
  counters: number[];
  minMs: number;
  maxMs: number;
}

export class ExecutedStatements {
  /** Executions by series since the last snapshot, in the reset epoch that is going on. */
  readonly alive = new Map<string, number>();
  /** How to run a series again. */
  readonly recipes = new Map<string, Recipe>();
  /** Series that were reset by themselves, or with their database, since the last snapshot. */
  readonly killed = new Set<string>();
  /** All series died at once since the last snapshot. */
  allKilled = false;
  /** What else happened to the server: a crash shows by itself, unless there was a start between the same two snapshots. */
  crashed = false;
  restarted = false;
  private readonly server: PostgresServer;
  private readonly clients = new Map<string, pg.Client>();
  private readonly oids = new Map<string, number>();
  private readonly queryIds = new Map<string, string>();

  constructor(server: PostgresServer) {
    this.server = server;
  }

  private get reportsLevels(): boolean {
    return this.server.major >= 14;
  }

  async run(recipe: Recipe, times: number): Promise<void> {
    const { place, text, nested } = recipe;
    const client = await this.client(place);
    const call = `select repeat_it('${text}', ${times})`;
    const key = await this.keyOf(place, text, !nested);
    const callKey = nested ? await this.keyOf(place, call, true) : undefined;
    if (nested) await client.query(call);
    else for (let turn = 0; turn < times; turn += 1) await client.query(text);
    this.recipes.set(key, recipe);
    this.count(key, times);
    if (callKey) this.count(callKey, 1);
  }

  async resetOne(key: string): Promise<void> {
    const [dbid, userid, queryid] = key.split('/');
    await this.server.sql(`select pg_stat_statements_reset(${userid}, ${dbid}, ${queryid})`);
    // The reset does not tell levels apart.
    const entry = key.slice(0, -1);
    for (const each of this.alive.keys()) if (each.startsWith(entry)) this.kill(each);
  }

  async resetDatabase(key: string): Promise<void> {
    const [dbid] = key.split('/');
    await this.server.sql(`select pg_stat_statements_reset(0, ${dbid}, 0)`);
    for (const each of this.alive.keys()) if (each.startsWith(`${dbid}/`)) this.kill(each);
  }

  async resetAll(): Promise<void> {
    await this.server.sql('select pg_stat_statements_reset()');
    this.died();
  }

  /** PostgreSQL ended all sessions and restarted. */
  async crash(): Promise<void> {
    await killBackend(this.server);
    await this.leave();
    this.died();
    this.crashed = true;
  }

  private died(): void {
    for (const key of this.alive.keys()) this.kill(key);
    this.allKilled = true;
  }

  /** After a snapshot: what runs from now on belongs to the next one. */
  snapshotAt(): void {
    for (const key of this.alive.keys()) this.alive.set(key, 0);
    this.killed.clear();
    this.allKilled = false;
    this.crashed = false;
    this.restarted = false;
  }

  /** The server was stopped, or its database or role is to be dropped. */
  async leave(): Promise<void> {
    await Promise.allSettled([...this.clients.values()].map((client) => client.end()));
    this.clients.clear();
  }

  /** What PostgreSQL shows now of the series that were executed here. */
  async shown(): Promise<Map<string, ShownRow>> {
    const rows = await this.server.sql<{ key: string; counters: number[]; least: number; most: number }>(
      `select ${SERIES_KEY} as key,
              array[calls, plans, rows, total_exec_time, total_plan_time, shared_blks_hit, shared_blks_read,
                    shared_blks_dirtied, shared_blks_written, local_blks_hit, local_blks_read, temp_blks_read,
                    temp_blks_written, wal_records, wal_bytes]::float8[] as counters,
              min_exec_time as least, max_exec_time as most from pg_stat_statements s`,
    );
    return new Map(
      rows
        .filter(({ key }) => this.alive.has(key))
        .map(({ key, counters, least, most }) => {
          const whole = counters.map((value, index) => (MILLISECONDS.has(index) ? Math.round(value * 1_000) : value));
          return [key, { counters: whole, minMs: least, maxMs: most }];
        }),
    );
  }

  async oid(kind: 'database' | 'role', name: string): Promise<number> {
    const known = this.oids.get(`${kind} ${name}`);
    if (known) return known;
    const [row] = await this.server.sql<{ oid: number }>(
      kind === 'database'
        ? `select oid from pg_database where datname = '${name}'`
        : `select oid from pg_roles where rolname = '${name}'`,
    );
    if (!row) throw new Error(`There is no ${kind} ${name}.`);
    this.oids.set(`${kind} ${name}`, row.oid);
    return row.oid;
  }

  private count(key: string, times: number): void {
    this.alive.set(key, (this.alive.get(key) ?? 0) + times);
  }

  private kill(key: string): void {
    this.alive.set(key, 0);
    this.killed.add(key);
  }

  private async keyOf(place: Place, text: string, toplevel: boolean): Promise<string> {
    const [dbid, userid] = [await this.oid('database', place.database), await this.oid('role', place.role)];
    return [dbid, userid, await this.queryId(place, text), toplevel || !this.reportsLevels ? 't' : 'f'].join('/');
  }

  /** PostgreSQL’s own number of a statement. */
  async queryId(place: Place, text: string): Promise<string> {
    // The constants of a call do not matter to its number, the function's own number does.
    const form = text.startsWith('select repeat_it') ? `${place.database} repeat_it` : text;
    const known = this.queryIds.get(form);
    if (known) return known;
    // With track=all PostgreSQL counts what is only explained as a call from within.
    const client = await this.client({ database: place.database, role: this.server.user });
    await client.query("set pg_stat_statements.track = 'none'");
    const id = this.reportsLevels
      ? await explainedId(client, text)
      : await countedId(client, text, await this.extension());
    if (!id) throw new Error(`PostgreSQL gave no number for ${text}`);
    this.queryIds.set(form, id);
    return id;
  }

  /** Where pg_stat_statements can be asked. */
  private async extension(): Promise<pg.Client> {
    const client = await this.client({ database: 'postgres', role: this.server.user });
    await client.query("set pg_stat_statements.track = 'none'");
    return client;
  }

  private async client(place: Place): Promise<pg.Client> {
    const name = `${place.database} ${place.role}`;
    const known = this.clients.get(name);
    if (known) return known;
    const password = place.role === this.server.user ? this.server.password : 'app';
    const client = await this.server.client(place.database, place.role, password);
    this.clients.set(name, client);
    return client;
  }
}

async function explainedId(client: pg.Client, text: string): Promise<string | undefined> {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (verbose) ${text}`);
  return rows.map((row) => /Query Identifier: (-?\d+)/.exec(row['QUERY PLAN'])?.[1]).find(Boolean);
}

/** Runs the statement once, and takes its count away again. */
async function countedId(client: pg.Client, text: string, extension: pg.Client): Promise<string | undefined> {
  await client.query("set pg_stat_statements.track = 'top'");
  await client.query(text.replace(/\d+\)$/, '0)'));
  await client.query("set pg_stat_statements.track = 'none'");
  let constants = 0;
  const normalized = text.replace(/'[^']*'|\d+/g, () => {
    constants += 1;
    return `$${constants}`;
  });
  const { rows } = await extension.query<{ id: string }>(
    `select s.queryid::text as id, pg_stat_statements_reset(s.userid, s.dbid, s.queryid) from pg_stat_statements s
       join pg_database d on d.oid = s.dbid join pg_roles r on r.oid = s.userid
      where d.datname = $1 and r.rolname = current_user and s.query = $2`,
    [client.database, normalized],
  );
  return rows[0]?.id;
}

/** Before PostgreSQL 17 nothing tells this row from one that simply went on (monitoring.md 3.1, residual error). */
export function outgrew(before: ShownRow, now: ShownRow): boolean {
  if (now.counters.some((value, index) => value < (before.counters[index] ?? 0))) return false;
  return now.maxMs >= before.maxMs && now.minMs <= before.minMs;
}

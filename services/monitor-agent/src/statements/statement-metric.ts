import type { Tx } from '@tidegate/database/tx';
import type { Instance } from '../collection/instance.ts';
import { type Metric, NOTHING, type Prepared } from '../collection/metric.ts';
import type { ServerConnection } from '../connection/connect-server.ts';
import { readStatements } from './read-statements.ts';
import { MAX_TEXT_FILE_BYTES, MAX_TEXTS_PER_PASS, readTexts } from './read-texts.ts';
import { loadStatements, type Names, numberStatements, saveLook, saveTexts } from './statement.rows.ts';
import { advance, type StatementState } from './statement-deltas.rules.ts';
import { parseKey } from './statement-key.rules.ts';

const CHEAP_TEXT_BYTES = 1024 * 1024;

/** Statements of one server: the state of the last look, our numbers for the series, and which lack a text. */
export class StatementMetric implements Metric {
  readonly name = 'statements';
  private readonly serverId: string;
  private state: StatementState | undefined;
  private textless = new Set<string>();
  private readonly roles = new Map<string, string>();
  private readonly databases = new Map<string, string>();
  /** How much text the server had when texts were last read. */
  private textBytes = 0;

  constructor(serverId: string) {
    this.serverId = serverId;
  }

  get hasBaseline(): boolean {
    return this.state !== undefined;
  }

  get wantsTexts(): boolean {
    return this.textless.size > 0 && this.textBytes <= MAX_TEXT_FILE_BYTES;
  }

  /** Every look at texts makes the server read all of them: seldom, unless there are few. */
  get textsAreCheap(): boolean {
    return this.textBytes <= CHEAP_TEXT_BYTES;
  }

  async load(tx: Tx): Promise<void> {
    const stored = await loadStatements(tx, this.serverId);
    this.state = stored.state;
    this.textless = stored.textless;
  }

  async read(connection: ServerConnection, instance: Instance, takenAt: Date): Promise<Prepared> {
    if (!instance.statements) return NOTHING;
    const step = advance(this.state, await readStatements(connection, instance, this.state));
    const fresh = step.changed.map((row) => row.key).filter((key) => this.numberOf(key) === undefined);
    await this.learnNames(connection, fresh);
    let numbers: ReadonlyMap<string, number> = new Map();
    let textless: string[] = [];
    return {
      save: async (tx) => {
        const numbered = await numberStatements(tx, this.serverId, fresh, this.names);
        textless = numbered.textless;
        numbers = numbered.ids;
        const numberOf = (key: string) => numbers.get(key) ?? this.numberOf(key);
        await saveLook(tx, { serverId: this.serverId, takenAt, numberOf, ...step });
      },
      committed: () => {
        this.state = step.state;
        for (const [key, number] of numbers) step.state.entries.setNumber(key, number);
        for (const key of textless) this.textless.add(key);
        for (const key of step.gone) this.textless.delete(key);
      },
    };
  }

  /** Texts that are not known yet, for saving. */
  async readMissingTexts(connection: ServerConnection, instance: Instance): Promise<Prepared> {
    if (!instance.statements) return NOTHING;
    const asked = [...this.textless].slice(0, MAX_TEXTS_PER_PASS);
    const { texts, totalBytes } = await readTexts(connection, instance.statements, asked);
    const found = [...texts].flatMap(([key, text]) => {
      const id = this.numberOf(key);
      return id === undefined ? [] : [{ id, text }];
    });
    return {
      save: (tx) => saveTexts(tx, this.serverId, found),
      committed: () => {
        for (const key of texts.keys()) this.textless.delete(key);
        this.textBytes = totalBytes;
      },
    };
  }

  private numberOf(key: string): number | undefined {
    return this.state?.entries.numberOf(key);
  }

  private readonly names: Names = {
    database: (oid) => this.databases.get(oid) ?? `oid ${oid}`,
    role: (oid) => this.roles.get(oid) ?? `oid ${oid}`,
  };

  private async learnNames(connection: ServerConnection, keys: readonly string[]): Promise<void> {
    const parsed = keys.map(parseKey);
    const known = parsed.every((key) => this.databases.has(String(key.dbid)) && this.roles.has(String(key.userid)));
    if (known) return;
    const [databases, roles] = await Promise.all([
      connection.rows<[string, string]>('select oid::text, datname::text from pg_database'),
      connection.rows<[string, string]>('select oid::text, rolname::text from pg_roles'),
    ]);
    for (const [oid, name] of databases) this.databases.set(oid, name);
    for (const [oid, name] of roles) this.roles.set(oid, name);
  }
}

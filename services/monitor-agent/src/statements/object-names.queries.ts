import type { Tx } from '@tidegate/database/tx';
import { nameOf } from '../kernel/connection/bounded-answers.rules.ts';
import type { ServerConnection } from '../kernel/connection/connect-server.ts';
import { type Names, renameStatements } from './statement.rows.ts';
import { parseKey } from './statement-key.rules.ts';

/** So often they are read anew: they may have changed. */
const NAMES_MS = 10 * 60_000;

/*
 * Databases and roles of a server by oid. Statements go by these oids and are shown, and looked for, under the names of
 * today, also those that were stored under an older one. What was dropped keeps its last name.
 */
export class ObjectNames implements Names {
  private databases = new Map<string, string>();
  private roles = new Map<string, string>();
  private readAt = Number.NEGATIVE_INFINITY;
  /** What is stored has these names. */
  private stored = true;

  database(oid: string): string {
    return this.databases.get(oid) ?? `oid ${oid}`;
  }

  role(oid: string): string {
    return this.roles.get(oid) ?? `oid ${oid}`;
  }

  /** `keys`: statements that have to get names now. */
  async read(connection: ServerConnection, keys: readonly string[], now: number): Promise<void> {
    const isKnown = keys
      .map(parseKey)
      .every((key) => this.databases.has(String(key.dbid)) && this.roles.has(String(key.userid)));
    if (isKnown && now - this.readAt < NAMES_MS) return;
    const [databases, roles] = await Promise.all([
      connection.rows<[string, string]>('select oid::text, datname::text from pg_database'),
      connection.rows<[string, string]>('select oid::text, rolname::text from pg_roles'),
    ]);
    const before = [this.databases, this.roles];
    this.databases = named(databases);
    this.roles = named(roles);
    // The first time nobody knows what is stored.
    const isFirst = this.readAt === Number.NEGATIVE_INFINITY;
    if (isFirst || isOther(before[0], this.databases) || isOther(before[1], this.roles)) this.stored = false;
    this.readAt = now;
  }

  async save(tx: Tx, serverId: string): Promise<void> {
    if (!this.stored) await renameStatements(tx, serverId, { databases: this.databases, roles: this.roles });
  }

  committed(): void {
    this.stored = true;
  }
}

const named = (rows: readonly [oid: string, name: string][]) =>
  new Map(rows.map(([oid, name]) => [oid, nameOf(name)] as const));

const isOther = (before: ReadonlyMap<string, string> | undefined, now: ReadonlyMap<string, string>): boolean =>
  [...now].some(([oid, name]) => before?.get(oid) !== name);

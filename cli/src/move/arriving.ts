import type { LazyTransaction } from '@tidegate/database/lazy-transaction';
import type { MovedTable } from '@tidegate/database/move/moved-tables';
import { activate, arrive } from '@tidegate/database/move/moving-organisations';
import { checkRow, countedUpTo, type Instead, makeRoom, writeRows } from '@tidegate/database/move/write-rows';
import { schemaOf } from '@tidegate/runtime/service';
import type { Settings } from '@tidegate/runtime/settings';
import pg from 'pg';
import type { Fit } from './check-fit.ts';
import { moving } from './freeze.ts';
import { COUNT_ON, outsiders, renumbered, tooMighty } from './move.rows.ts';
import { GRANTABLE_SCOPES, type Header, refused } from './move-file.ts';
import type { MovingService } from './moving-services.ts';

const BATCH_BYTES = 1024 ** 2;
const BATCH_ROWS = 1_000;

export function arrivingServices(services: readonly MovingService[], header: Header, fit: Fit): Arriving[] {
  return services.map((one) => new Arriving(one, header.organisation.id, fit));
}

/** One service's part of a file, in one transaction. */
export class Arriving implements MovingService {
  readonly service: MovingService['service'];
  readonly tenants: MovingService['tenants'];
  readonly vault: MovingService['vault'];
  readonly tables: MovingService['tables'];
  readonly queues: MovingService['queues'];
  readonly arrival: MovingService['arrival'];
  readonly transaction: LazyTransaction;
  rows = 0;
  key: Buffer | undefined;
  /** Whom the rows may name. */
  people: readonly string[] | undefined;
  private readonly orgId: string;
  private readonly numbers: Fit['numbers'];
  /** Its part is here since an import that was interrupted: it is read, and not written again. */
  readonly isWritten: boolean;
  private begun = false;
  private readonly seen = new Set<string>();
  private table: MovedTable | undefined;
  private waiting: string[] = [];
  private bytes = 0;
  counted: ReadonlyMap<string, bigint> = new Map();

  constructor(one: MovingService, orgId: string, fit: Fit) {
    ({
      service: this.service,
      tenants: this.tenants,
      vault: this.vault,
      tables: this.tables,
      queues: this.queues,
      arrival: this.arrival,
    } = one);
    this.orgId = orgId;
    this.numbers = fit.numbers;
    this.isWritten = fit.written.has(one.service);
    this.transaction = one.tenants.moving(orgId);
  }

  async begin(name: string, from: string | null): Promise<void> {
    const table = [...this.tables, ...this.queues].find((one) => one.name === name);
    if (!table || this.seen.has(name)) throw refused(`${this.service}.${name} is not moved, or there twice`);
    this.seen.add(name);
    this.table = table;
    if (this.isWritten) return;
    const { tx } = this.transaction;
    if (!this.begun && this.arrival.before) await tx.query(this.arrival.before);
    this.begun = true;
    if (from !== null) await this.named(() => this.tenants.as({}, (beside) => makeRoom(beside, table, from)));
  }

  async add(line: string): Promise<void> {
    const { table } = this;
    if (!table) throw new Error('No table was begun.');
    await this.named(async () => checkRow(table, line));
    this.rows += 1;
    this.waiting.push(line);
    this.bytes += line.length;
    if (this.bytes >= BATCH_BYTES || this.waiting.length >= BATCH_ROWS) await this.flush();
  }

  async flush(): Promise<void> {
    const { table, waiting } = this;
    [this.waiting, this.bytes] = [[], 0];
    if (!table || waiting.length === 0 || this.isWritten) return;
    await this.named(() => writeRows(this.transaction.tx, table, waiting, this.insteadOf(table)));
  }

  private insteadOf({ name }: MovedTable): Instead {
    const instead = { ...this.arrival.instead?.[name] };
    if (this.numbers.size > 0)
      for (const column of this.arrival.versions ?? [])
        if (column.table === name) instead[column.version] = renumbered(column, this.numbers);
    return instead;
  }

  /** After the last row: its key, what the service does with what arrived, and that it has arrived. */
  async end(exportId: string): Promise<void> {
    if (this.isWritten) return;
    const { tx } = this.transaction;
    await this.named(async () => {
      if (this.arrival.after) await tx.query(this.arrival.after, [this.orgId]);
      if (this.people) await this.checkRights(this.people);
      if (this.key) {
        if (!this.vault) throw refused(`${this.service} seals nothing, and there is a key for it`);
        await this.vault.bringKey(tx, this.orgId, this.key);
      }
      this.counted = await countedUpTo(tx, [...this.tables, ...this.queues]);
      await arrive(tx, this.orgId, exportId);
    });
  }

  /** Nobody whom the file does not list gets in by it, and nobody gets more than a role can have. */
  private async checkRights(people: readonly string[]): Promise<void> {
    const { tx } = this.transaction;
    const named = await outsiders(tx, this.tables, people);
    if (named.length > 0) throw refused(`${named.join(', ')} name somebody who is not among its people`);
    const keys = await tooMighty(tx, GRANTABLE_SCOPES);
    if (keys.length > 0) throw refused(`the API keys ${keys.join(', ')} have scopes that no role gives`);
  }

  private async named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { message, code, detail } = error as Error & { code?: string; detail?: string };
      if (message.includes('Fix:')) throw error;
      const where = `${this.service}.${this.table?.name ?? ''}`;
      if (code === '23505')
        throw new Error(
          `${where}: ${detail ?? message} An organisation of this installation has it. Nothing of the file was kept.\n  Fix: see what has it here; docs/runbooks/move-an-organisation.md`,
          { cause: error },
        );
      throw new Error(`${where}: ${message} Nothing of the file was kept.\n  Fix: export the organisation again.`, {
        cause: error,
      });
    }
  }
}

/** Everything is committed: the database counts on beyond what was brought, and then everybody may write. */
export async function enter(settings: Settings, arriving: readonly Arriving[], orgId: string): Promise<void> {
  const client = new pg.Client({ connectionString: settings.database.adminUrl, connectionTimeoutMillis: 5_000 });
  // When it breaks, the query that waits fails and reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const { service, isWritten, tenants, tables, counted } of arriving) {
      // After an interruption the numbers are read from what is there.
      const numbers = isWritten ? await moving(tenants, orgId, (tx) => countedUpTo(tx, tables)) : counted;
      for (const [place, most] of numbers) {
        const [table = '', column = ''] = place.split('.');
        await client.query(COUNT_ON, [`${schemaOf(service)}.${table}`, most.toString(), column]);
      }
    }
  } finally {
    await client.end();
  }
  for (const { tenants } of arriving) await moving(tenants, orgId, (tx) => activate(tx, orgId));
}

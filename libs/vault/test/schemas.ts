import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { closing } from '@tidegate/testing/closing';
import { testDatabase } from '@tidegate/testing/database';
import { inTurns } from '@tidegate/testing/one-client';
import pg from 'pg';
import type { SecretPlace } from '../src/vault.ts';

export interface Schema {
  tenants: TenantDatabase;
  /** What a superuser reads or does in it, as somebody with a dump or a damaged disk would. */
  sql<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
}

/** Like a service's: a role that owns nothing, in a database of its own. */
export async function openSchema(): Promise<Schema> {
  const folders = ['database', 'vault'].map((lib) => join(__dirname, '../..', lib, 'migrations'));
  const { login, admin, drop } = await testDatabase({ schema: 'vault', folders });
  const dataSource = await connectDatabase(login);
  const client = new pg.Client({ ...admin, options: '-c search_path=vault' });
  await client.connect();
  closing(() => Promise.all([dataSource.destroy(), client.end()]).then(drop));
  return {
    tenants: new TenantDatabase(dataSource),
    sql: inTurns(client),
  };
}

export const makeMasterKey = (): string => randomBytes(32).toString('base64');

/** A password of some server of the organisation. */
export const placeOf = (orgId: string): SecretPlace => ({
  orgId,
  table: 'servers',
  column: 'password',
  recordId: newId(),
});

import { join } from 'node:path';
import { connectDatabase, type DatabaseSettings } from '@tidegate/database/data-source';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import pg from 'pg';
import { type TestDatabase, testDatabase } from './database.ts';
import { inTurns } from './one-client.ts';

export interface TestSchema {
  login: DatabaseSettings & { password: string };
  admin: TestDatabase['admin'];
  tenants: TenantDatabase;
  /** What a superuser reads or does in it. */
  sql<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
  close(): Promise<unknown>;
}

/** A schema with the tables that every service has, and those of `sql`; its pool is as large as production's. */
export async function testSchema(sql = '', settings: Partial<DatabaseSettings> = {}): Promise<TestSchema> {
  const folders = ['database', 'messaging', 'vault'].map((lib) => join(__dirname, '../..', lib, 'migrations'));
  const { login, admin, drop } = await testDatabase({ schema: 'every', folders });
  const client = new pg.Client({ ...admin, options: '-c search_path=every' });
  await client.connect();
  await client.query(sql);
  const dataSource = await connectDatabase({ ...login, ...settings });
  return {
    login,
    admin,
    tenants: new TenantDatabase(dataSource),
    sql: inTurns(client),
    close: () => Promise.all([dataSource.destroy(), client.end()]).then(drop),
  };
}

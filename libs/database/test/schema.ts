import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase, type DatabaseSettings } from '@tidegate/database/data-source';
import { migrate } from '@tidegate/database/migrate';
import { Tenants } from '@tidegate/database/tenants';
import { type RunningPostgres, startPostgres } from '@tidegate/runtime/embedded/postgres';
import pg from 'pg';

/* One PostgreSQL per test file; each schema in it is like a service's, with a role that owns nothing. */
const folder = mkdtempSync(join(tmpdir(), 'tidegate-database-'));
let postgres: Promise<RunningPostgres> | undefined;
const closing: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await (await postgres)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

export interface Schema {
  login: DatabaseSettings;
  tenants: Tenants;
  /** What a superuser reads or does in it. */
  sql<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
}

/** A schema with the tables that every service has, and those of `sql`; its pool is as large as production's. */
export async function openSchema(sql = '', settings: Partial<DatabaseSettings> = {}): Promise<Schema> {
  postgres ??= startPostgres({ dir: join(folder, 'pg') });
  const { host, port, user, password } = await postgres;
  const schema = `s${randomBytes(6).toString('hex')}`;
  const admin = { host, port, user, password, database: 'postgres' };
  const folders = ['database', 'messaging'].map((lib) => join(__dirname, '../..', lib, 'migrations'));
  await migrate(admin, [{ schema, role: schema, password: 'd', folders }]);
  const client = new pg.Client({ ...admin, options: `-c search_path=${schema}` });
  await client.connect();
  await client.query(sql);
  const login = { host, port, database: 'postgres', user: schema, password: 'd', schema };
  const dataSource = await connectDatabase({ ...login, ...settings });
  closing.push(
    () => dataSource.destroy(),
    () => client.end(),
  );
  return {
    login,
    tenants: new Tenants(dataSource),
    sql: async (text, params) => (await client.query(text, params)).rows,
  };
}

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { migrate } from '@tidegate/database/migrate';
import { Tenants } from '@tidegate/database/tenants';
import { type RunningPostgres, startPostgres } from '@tidegate/runtime/embedded/postgres';
import pg from 'pg';
import type { SecretPlace } from '../src/vault.ts';

/* One PostgreSQL per test file; each schema in it is like a service's, with a role that owns nothing. */
const folder = mkdtempSync(join(tmpdir(), 'tidegate-vault-'));
let postgres: Promise<RunningPostgres> | undefined;
const closing: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await (await postgres)?.stop();
  rmSync(folder, { recursive: true, force: true });
});

export interface Schema {
  tenants: Tenants;
  /** What a superuser reads or does in it, as somebody with a dump or a damaged disk would. */
  sql<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<Row[]>;
}

export async function openSchema(): Promise<Schema> {
  postgres ??= startPostgres({ dir: join(folder, 'pg') });
  const { host, port, user, password } = await postgres;
  const schema = `v${randomBytes(6).toString('hex')}`;
  const admin = { host, port, user, password, database: 'postgres' };
  const folders = ['database', 'vault'].map((lib) => join(__dirname, '../..', lib, 'migrations'));
  await migrate(admin, [{ schema, role: schema, password: 'v', folders }]);
  const login = { ...admin, user: schema, password: 'v', schema };
  const dataSource = await connectDatabase(login);
  const client = new pg.Client({ ...admin, options: `-c search_path=${schema}` });
  await client.connect();
  closing.push(
    () => dataSource.destroy(),
    () => client.end(),
  );
  return {
    tenants: new Tenants(dataSource),
    sql: async (text, params) => (await client.query(text, params)).rows,
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

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@tidegate/testing/database';
import { migrate } from './migrate.ts';

test('a server that ends the connection fails the migration and not the process, and it can be retried', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
  const database = await testDatabase({ schema: 'every', folders: [] });
  const plan = { schema: 'let_go', role: database.login.user, password: database.login.password, folders: [folder] };
  const file = join(folder, '0000-x.sql');
  writeFileSync(file, 'select pg_terminate_backend(pg_backend_pid())');
  await expect(migrate(database.admin, [plan])).rejects.toMatchObject({ cause: { code: '57P01' } });
  writeFileSync(file, 'create table x ()');
  expect(await migrate(database.admin, [plan])).toEqual(['let_go/0000-x.sql']);
  await database.drop();
  rmSync(folder, { recursive: true });
});

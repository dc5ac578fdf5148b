import { fileURLToPath } from 'node:url';
import { newId } from '@tidegate/database/ids';
import { schemaBefore } from '@tidegate/testing/upgrade';

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

test('servers that were watched before an instance had no address go on, and so do their statements', async () => {
  const before = await schemaBefore('0015', {
    schema: 'monitor_agent',
    libraries: ['database', 'messaging', 'vault', 'entitlements'].map((lib) =>
      folder(`../../../libs/${lib}/migrations`),
    ),
    folder: folder('../migrations'),
  });
  const { client } = before;
  const orgId = newId();
  const old = [
    ['7371939827364519283/1/10.0.0.7/5432', 'system/7371939827364519283'],
    // Over a socket there is no address.
    ['7371939827364519283/1', 'system/7371939827364519283'],
    ['10.0.0.7/5432', 'address/10.0.0.7/5432'],
  ] as const;
  const servers = old.map(() => newId());
  for (const [index, [identity]] of old.entries()) {
    const at = [orgId, servers[index], identity];
    await client.query(
      `insert into servers (org_id, id, name, host, port, database_name, user_name, password, tls_mode)
       values ($1, $2, $2::uuid::text, 'h', 5432, 'd', 'u', 'p', 'disable')`,
      at.slice(0, 2),
    );
    await client.query(
      `insert into server_epochs (org_id, server_id, identity, at, started_at, counters_reset_at)
       values ($1, $2, $3, 1, 1, 1)`,
      at,
    );
    await client.query('insert into statement_looks (org_id, server_id, identity, at) values ($1, $2, $3, 1)', at);
    await client.query(
      `insert into relation_looks (org_id, server_id, kind, database_oid, identity, taken_at, life)
       values ($1, $2, 'tables', 5, $3, now(), '{"startedAt": 1}')`,
      at,
    );
  }
  const months = (table: string) =>
    client.query('select ensure_month_partitions($1, now()::date, now()::date)', [table]);
  await months('statement_blocks');
  await client.query(
    `insert into statement_blocks (org_id, server_id, day, part, first_at, last_at, looks, span_us, gaps, resets, lost_us,
       evictions, active_us, look_blob, sum_blob)
     values ($1, $2, now()::date, 1, now(), now(), 7, 1, 0, 0, 0, 0, '{}', '', '')`,
    [orgId, servers[0]],
  );
  await before.upgrade();
  // The months that were made under the table's old name are found under its new one.
  await months('statement_rollups');
  const { rows: rollups } = await client.query('select snapshots from statement_rollups');
  expect(rollups).toEqual([{ snapshots: 7 }]);
  for (const table of ['server_epochs', 'statement_snapshots', 'relation_snapshots']) {
    const { rows } = await client.query(`select server_id, identity from ${table}`);
    const identities = new Map(rows.map((row) => [row.server_id, row.identity]));
    expect([table, ...servers.map((id) => identities.get(id))]).toEqual([table, ...old.map(([, now]) => now)]);
  }
  const { rows } = await client.query('select reset_epoch from relation_snapshots');
  expect(rows.map(({ reset_epoch: epoch }) => epoch)).toEqual([null, null, null]);
  await before.drop();
});

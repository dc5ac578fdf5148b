import type { Tx } from '../tx.ts';
import { type MovedTable, quoted } from './moved-tables.ts';

/* The marks of an organisation that moves, in each service (`moving_organisations`, which `enter_organisation` reads). */
export interface Moving {
  state: 'frozen' | 'arriving' | 'arrived';
  exportId: string | null;
}

/** SQL: nobody moves that organisation at the moment. For loops that would take its work and could store nothing of it. */
export const isHere = (orgId: string): string =>
  `not exists (select from moving_organisations moving where moving.org_id = ${orgId} and moving.state <> 'arrived')`;

export async function findMoving(tx: Tx, orgId: string): Promise<Moving | undefined> {
  const row = await tx.one<{ state: Moving['state']; export_id: string | null }>(
    'select state, export_id from moving_organisations where org_id = $1',
    [orgId],
  );
  return row && { state: row.state, exportId: row.export_id };
}

export const isDeleted = async (tx: Tx, orgId: string): Promise<boolean> =>
  (await tx.one('select from deleted_organisations where org_id = $1', [orgId])) !== undefined;

/** From its commit on nobody writes for the organisation. It may have arrived here some time ago. */
export const freeze = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query(
    `insert into moving_organisations (org_id, state) values ($1, 'frozen')
     on conflict (org_id) do update set state = 'frozen', since = now() where moving_organisations.state = 'arrived'`,
    [orgId],
  );

/** Takes its work out of the queues, so that no loop looks for it: a fence that is gone is lost to whoever holds it. */
export async function park(tx: Tx, orgId: string, queues: readonly MovedTable[]): Promise<void> {
  for (const { name, owner } of queues)
    await tx.query(
      `with taken as (delete from ${quoted(name)} where ${quoted(owner)} = $1 returning *)
       update moving_organisations
          set parked = parked || jsonb_build_object($2::text,
                coalesce(parked -> $2, '[]') || coalesce((select jsonb_agg(to_jsonb(t)) from taken t), '[]'))
        where org_id = $1 and state = 'frozen'`,
      [orgId, name],
    );
}

/** As lines of JSON, without the organisation. */
export async function parked(tx: Tx, { name, owner }: MovedTable): Promise<string[]> {
  const rows = await tx.query<{ row: string }>(
    `select (p.row - $3)::text as row from moving_organisations m, jsonb_array_elements(m.parked -> $2) as p (row)
      where m.org_id = $1 and m.state = 'frozen'`,
    [tx.orgId, name, owner],
  );
  return rows.map(({ row }) => row);
}

/** Puts its work back and lets everybody write again. False when it was not frozen. */
export async function thaw(tx: Tx, orgId: string, queues: readonly MovedTable[]): Promise<boolean> {
  for (const { name } of queues)
    await tx.query(
      `insert into ${quoted(name)}
       select r.* from moving_organisations m, jsonb_populate_recordset(null::${quoted(name)}, m.parked -> $2) r
        where m.org_id = $1 and m.state = 'frozen' on conflict do nothing`,
      [orgId, name],
    );
  const row = await tx.one(
    `update moving_organisations
        set state = 'arrived', parked = '{}' where org_id = $1 and state = 'frozen' returning org_id`,
    [orgId],
  );
  return row !== undefined;
}

/** In the transaction that writes its rows: they are there, and nobody's yet. */
export const arrive = (tx: Tx, orgId: string, exportId: string): Promise<unknown> =>
  tx.query(`insert into moving_organisations (org_id, state, export_id) values ($1, 'arriving', $2)`, [
    orgId,
    exportId,
  ]);

export const activate = (tx: Tx, orgId: string): Promise<unknown> =>
  tx.query(
    "update moving_organisations set state = 'arrived', since = now() where org_id = $1 and state = 'arriving'",
    [orgId],
  );

/** Events that are still to be sent for it. */
export async function unsent(tx: Tx, orgId: string): Promise<number> {
  const row = await tx.one<{ count: string }>('select count(*) as count from outbox where org_id = $1', [orgId]);
  return Number(row?.count ?? 0);
}

/** Takes away what an interrupted import has brought, its mark with it: as if it had never begun. */
export async function withdraw(tx: Tx, orgId: string, tables: readonly MovedTable[]): Promise<void> {
  for (const { name, owner } of [...tables].reverse())
    await tx.query(`delete from ${quoted(name)} where ${quoted(owner)} = $1`, [orgId]);
  await tx.query('delete from data_keys where org_id = $1', [orgId]);
  await tx.query("delete from moving_organisations where org_id = $1 and state = 'arriving'", [orgId]);
}

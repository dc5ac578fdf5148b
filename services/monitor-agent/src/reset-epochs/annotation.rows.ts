import type { Annotation, AnnotationKind } from '@tidegate/contracts/monitor-agent/annotations';
import type { Tx } from '@tidegate/database/tx';
import type { TimeRange } from '../kernel/storage/range.rules.ts';

interface Row {
  id: string | null;
  text: string | null;
  kind: AnnotationKind;
  at: Date;
  seen_at: Date;
  set_back: string[];
}

/** What was detected, by when; notes, by what they are about. */
const IN_RANGE = `(
  select null::uuid as id, null as text, kind, at, seen_at, set_back from server_annotations
   where org_id = $1 and server_id = $2 and seen_at >= $3 and seen_at < $4
  union all
  select id, text, 'note', at, at, '{}' from server_notes
   where org_id = $1 and server_id = $2 and at >= $3 and at < $4) found`;

const toWire = (row: Row): Annotation => ({
  id: row.id,
  text: row.text,
  kind: row.kind,
  at: row.at.toISOString(),
  seenAt: row.seen_at.toISOString(),
  of: row.set_back,
});

/** The newest first. */
export async function annotationRows(
  tx: Tx,
  serverId: string,
  range: TimeRange,
  place: { from: number; count: number },
): Promise<Annotation[]> {
  const rows = await tx.query<Row>(
    `select * from ${IN_RANGE} order by seen_at desc, at desc, kind, id limit $5 offset $6`,
    [tx.orgId, serverId, range.from, range.to, place.count, place.from],
  );
  return rows.map(toWire);
}

export async function countAnnotations(tx: Tx, serverId: string, { from, to }: TimeRange): Promise<number> {
  const row = await tx.one<{ count: number }>(`select count(*)::int as count from ${IN_RANGE}`, [
    tx.orgId,
    serverId,
    from,
    to,
  ]);
  return row?.count ?? 0;
}

export interface Note {
  id: string;
  at: Date;
  text: string;
  personId: string | null;
}

export async function insertNote(tx: Tx, serverId: string, { id, at, text, personId }: Note): Promise<Annotation> {
  await tx.query(
    'insert into server_notes (org_id, server_id, id, at, text, person_id) values ($1, $2, $3, $4, $5, $6)',
    [tx.orgId, serverId, id, at, text, personId],
  );
  return toWire({ id, text, kind: 'note', at, seen_at: at, set_back: [] });
}

export const deleteNoteRow = async (tx: Tx, serverId: string, id: string): Promise<boolean> =>
  (await tx.one('delete from server_notes where org_id = $1 and server_id = $2 and id = $3 returning id', [
    tx.orgId,
    serverId,
    id,
  ])) !== undefined;

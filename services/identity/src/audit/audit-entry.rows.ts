import type { AuditEntry, listAudit } from '@tidegate/contracts/identity/audit';
import type { ActionDone } from '@tidegate/contracts/kernel/action-done';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface AuditEntryRow {
  id: string;
  at: Date;
  action: string;
  actor_kind: AuditEntry['actor']['kind'];
  user_id: string | null;
  user_name: string | null;
  key_id: string | null;
  key_name: string | null;
  session_id: string | null;
  address: string | null;
  thing_kind: AuditEntry['thing']['kind'];
  thing_id: string | null;
  thing_name: string | null;
  changes: AuditEntry['changes'];
  refused: boolean;
  missing_scope: string | null;
}

export const toWire = (row: AuditEntryRow): AuditEntry => ({
  id: row.id,
  at: row.at.toISOString(),
  action: row.action,
  actor: {
    kind: row.actor_kind,
    userId: row.user_id,
    name: row.user_name,
    keyId: row.key_id,
    keyName: row.key_name,
    sessionId: row.session_id,
    address: row.address,
  },
  thing: { kind: row.thing_kind, id: row.thing_id, name: row.thing_name },
  changes: row.changes,
  refused: row.refused,
  missingScope: row.missing_scope,
});

/**
 * With the names of this moment: of the person, of the key, and of a member; of anything else without one the name by
 * which the log knew it last, because what is deleted says none. `refused`: it was tried, and the same of the same person
 * or key within an hour is recorded once; in a demo, which anybody may look at, nothing of it.
 */
export async function insertEntry(
  tx: Tx,
  id: string,
  { at, action, actor, thing, changes }: ActionDone,
  refused?: { missingScope: string | null },
): Promise<void> {
  const isSupport = actor.kind === 'support';
  await tx.query(
    `insert into audit_entries (org_id, id, at, action, actor_kind, user_id, user_name, key_id, key_name, session_id,
                                address, operator_id, thing_kind, thing_id, thing_name, changes, refused, missing_scope)
     select $1, $2, $3, $4, $5, $6::uuid, (select name from users where id = $6::uuid), $7,
            (select name from api_keys where org_id = $1 and key_id = $7
             union all select name from former_api_keys where org_id = $1 and key_id = $7 limit 1),
            $8, $9, $10::uuid, $11, $12,
            case when $11 = 'member' then (select name from users where id::text = $12)
                 else coalesce($13, (select e.thing_name from audit_entries e
                                      where e.org_id = $1 and e.thing_id = $12 and e.thing_kind = $11
                                        and e.thing_name is not null
                                      order by e.at desc limit 1)) end,
            $14::jsonb, $15, $16
     where exists (select from organisations where org_id = $1 and not (demo and $15))
       and not ($15 and exists (
         select from audit_entries t
          where t.org_id = $1 and t.refused and t.at > $3::timestamptz - interval '1 hour' and t.action = $4
            and t.user_id is not distinct from $6::uuid and t.key_id is not distinct from $7))`,
    [
      tx.orgId,
      id,
      at,
      action,
      actor.kind,
      isSupport ? null : (actor.userId ?? null),
      actor.keyId ?? null,
      isSupport ? null : (actor.sessionId ?? null),
      isSupport ? null : (actor.address ?? null),
      isSupport ? (actor.userId ?? null) : null,
      thing.kind,
      thing.id,
      thing.name,
      JSON.stringify(changes),
      refused !== undefined,
      refused?.missingScope ?? null,
    ],
  );
}

/** Of what was refused the newest `most` stay. */
export const deleteRefusedBeyond = (tx: Tx, most: number): Promise<unknown> =>
  tx.query(
    `delete from audit_entries where org_id = $1 and refused and (at, id) <= (
       select at, id from audit_entries where org_id = $1 and refused order by at desc, id desc offset $2 limit 1)`,
    [tx.orgId, most],
  );

/** The newest `most` stay. */
export const deleteBeyond = (tx: Tx, most: number): Promise<unknown> =>
  tx.query(
    `delete from audit_entries where org_id = $1 and (at, id) <= (
       select at, id from audit_entries where org_id = $1 order by at desc, id desc offset $2 limit 1)`,
    [tx.orgId, most],
  );

/** Written out and no parameter: only so the index of what was refused is read, of which there is little among much. */
const OUTCOMES = { done: 'and not refused', refused: 'and refused', all: '' } as const;

type Filter = Omit<Input<typeof listAudit>, 'limit' | 'cursor' | 'sort'>;

export const AUDIT_ORDERS = sorting<Input<typeof listAudit>['sort']>(
  { at: { key: 'at', as: 'time' } },
  { column: 'id', as: 'uuid' },
);

export function listEntries(
  tx: Tx,
  place: Place,
  { means, userId, keyId, action, thing, thingId, from, to, outcome = 'done' }: Filter,
): Promise<(AuditEntryRow & SortedRow)[]> {
  const wanted = [means, userId, keyId, action, thing, thingId, from, to].map((value) => value ?? null);
  const params = [tx.orgId, ...wanted];
  return tx.query(
    `select ${place.key}, id, at, action, actor_kind, user_id, user_name, key_id, key_name, session_id,
            address, thing_kind, thing_id, thing_name, changes, refused, missing_scope
       from audit_entries
      where org_id = $1
        and ($2::text is null or actor_kind = $2) and ($3::uuid is null or user_id = $3)
        and ($4::text is null or key_id = $4) and ($5::text is null or action = $5 or starts_with(action, $5 || '.'))
        and ($6::text is null or thing_kind = $6) and ($7::text is null or thing_id = $7)
        and ($8::timestamptz is null or at >= $8) and ($9::timestamptz is null or at < $9)
        ${OUTCOMES[outcome]} ${place.rest(params)}`,
    params,
  );
}

/** System purpose `purge-person`: their name, as who did something and to whom it was done. */
export async function purgePerson(tx: Tx, userId: string): Promise<void> {
  await tx.query('update audit_entries set user_name = null, address = null where user_id = $1', [userId]);
  await tx.query("update audit_entries set thing_name = null where thing_kind = 'member' and thing_id = $1", [userId]);
}

/** Of a demo: these and no others. */
export async function replaceEntries(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  await tx.query('delete from audit_entries where org_id = $1', [tx.orgId]);
  await tx.query(
    `insert into audit_entries (org_id, id, at, action, actor_kind, user_id, user_name, key_id, key_name, address,
                                thing_kind, thing_id, thing_name, changes, refused, missing_scope)
     select $1, e.id, e.at, e.action, e.actor ->> 'kind', (e.actor ->> 'userId')::uuid, e.actor ->> 'name',
            e.actor ->> 'keyId', e.actor ->> 'keyName', e.actor ->> 'address', e.thing ->> 'kind', e.thing ->> 'id',
            e.thing ->> 'name', e.changes, e.refused, e."missingScope"
       from jsonb_to_recordset($2::jsonb)
         as e(id uuid, at timestamptz, action text, actor jsonb, thing jsonb, changes jsonb, refused boolean,
              "missingScope" text)`,
    [tx.orgId, JSON.stringify(entries)],
  );
}

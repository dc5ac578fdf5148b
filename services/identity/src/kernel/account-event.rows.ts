import type { AccountEventKind, listAccountEvents } from '@tidegate/contracts/identity/profile';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

/** Of one person. */
const MOST_EVENTS = 200;

export interface AccountEventRow {
  id: string;
  at: Date;
  kind: AccountEventKind;
  address: string | null;
  detail: string | null;
}

export const toWire = ({ at, ...row }: AccountEventRow) => ({
  id: row.id,
  at: at.toISOString(),
  kind: row.kind,
  address: row.address,
  detail: row.detail,
});

/** What the owner of the account should see that it was done, even if it was not by them. */
export async function noteEvent(
  tx: Tx,
  userId: string,
  kind: AccountEventKind,
  { ip, detail }: { ip?: string | undefined; detail?: string } = {},
): Promise<void> {
  await tx.query('insert into account_events (user_id, id, kind, address, detail) values ($1, $2, $3, $4, $5)', [
    userId,
    newId(),
    kind,
    ip ?? null,
    detail ?? null,
  ]);
  await tx.query(
    `delete from account_events where user_id = $1 and id in (
       select id from account_events where user_id = $1 order by id desc offset $2)`,
    [userId, MOST_EVENTS],
  );
}

export const EVENT_ORDERS = sorting<Input<typeof listAccountEvents>['sort']>(
  { at: {}, kind: { key: 'kind', as: 'text' } },
  { column: 'id', as: 'uuid' },
);

export function listEvents(tx: Tx, userId: string, place: Place): Promise<(AccountEventRow & SortedRow)[]> {
  const params: unknown[] = [userId];
  return tx.query(
    `select id, at, kind, address, detail, ${place.key} from account_events where user_id = $1 ${place.rest(params)}`,
    params,
  );
}

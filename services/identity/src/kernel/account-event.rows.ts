import type { AccountEventKind } from '@tidegate/contracts/identity/profile';
import { newId } from '@tidegate/database/ids';
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

/** Newest first. */
export const listEvents = (
  tx: Tx,
  userId: string,
  limit: number,
  before: string | undefined,
): Promise<AccountEventRow[]> =>
  tx.query<AccountEventRow>(
    `select id, at, kind, address, detail from account_events
      where user_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [userId, before ?? null, limit],
  );

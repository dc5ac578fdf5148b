import type { Channel } from '@tidegate/contracts/notifier/channels';
import type { NoticeType } from '@tidegate/contracts/notifier/notices';
import type { Tx } from '@tidegate/database/tx';

export interface ChannelRow {
  id: string;
  kind: 'email' | 'webhook';
  name: string;
  target: string;
  events: NoticeType[];
  state: 'active' | 'disabled';
  disabled_because: 'gone' | 'by_member' | null;
  secret: string | null;
  previous_secret: string | null;
  previous_secret_until: Date | null;
  created_at: Date;
}

const COLUMNS = `id, kind, name, target, events, state, disabled_because, secret, previous_secret,
  previous_secret_until, created_at`;

export interface NewChannelRow {
  id: string;
  kind: 'email' | 'webhook';
  name: string;
  target: string;
  events: readonly NoticeType[];
  secret: string | null;
}

export async function insertChannel(tx: Tx, channel: NewChannelRow): Promise<ChannelRow> {
  const row = await tx.one<ChannelRow>(
    `insert into channels (org_id, id, kind, name, target, events, secret)
     values ($1, $2, $3, $4, $5, $6, $7) returning ${COLUMNS}`,
    [tx.orgId, channel.id, channel.kind, channel.name, channel.target, channel.events, channel.secret],
  );
  return row as ChannelRow;
}

export async function countChannels(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>('select count(*)::int as count from channels where org_id = $1', [
    tx.orgId,
  ]);
  return row?.count ?? 0;
}

export function findChannel(tx: Tx, id: string): Promise<ChannelRow | undefined> {
  return tx.one<ChannelRow>(`select ${COLUMNS} from channels where org_id = $1 and id = $2`, [tx.orgId, id]);
}

export function lockChannel(tx: Tx, id: string): Promise<ChannelRow | undefined> {
  return tx.one<ChannelRow>(`select ${COLUMNS} from channels where org_id = $1 and id = $2 for no key update`, [
    tx.orgId,
    id,
  ]);
}

/** Newest first; ids are time-ordered. */
export function pageOfChannels(tx: Tx, before: string | undefined, limit: number): Promise<ChannelRow[]> {
  return tx.query<ChannelRow>(
    `select ${COLUMNS} from channels where org_id = $1 and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [tx.orgId, before ?? null, limit],
  );
}

/**
 * The active channels that want this event. A channel is not told what happened before it was made; ten seconds are
 * allowed for clocks that differ.
 */
export function channelsFor(tx: Tx, event: NoticeType, happenedAt: string): Promise<{ id: string }[]> {
  return tx.query<{ id: string }>(
    `select id from channels
      where org_id = $1 and state = 'active' and $2 = any (events)
        and created_at - interval '10 seconds' <= $3::timestamptz
      order by id`,
    [tx.orgId, event, happenedAt],
  );
}

export async function changeChannel(
  tx: Tx,
  id: string,
  change: { name?: string | undefined; events?: readonly NoticeType[] | undefined },
): Promise<void> {
  await tx.query(
    'update channels set name = coalesce($3, name), events = coalesce($4, events) where org_id = $1 and id = $2',
    [tx.orgId, id, change.name ?? null, change.events ?? null],
  );
}

export async function enableChannel(tx: Tx, id: string): Promise<void> {
  await tx.query("update channels set state = 'active', disabled_because = null where org_id = $1 and id = $2", [
    tx.orgId,
    id,
  ]);
}

export async function disableChannel(tx: Tx, id: string, because: 'gone' | 'by_member'): Promise<void> {
  await tx.query("update channels set state = 'disabled', disabled_because = $3 where org_id = $1 and id = $2", [
    tx.orgId,
    id,
    because,
  ]);
}

export async function replaceSecret(
  tx: Tx,
  id: string,
  secret: string,
  previous: { secret: string; until: Date } | undefined,
): Promise<void> {
  await tx.query(
    `update channels set secret = $3, previous_secret = $4, previous_secret_until = $5
      where org_id = $1 and id = $2`,
    [tx.orgId, id, secret, previous?.secret ?? null, previous?.until ?? null],
  );
}

export async function removeChannel(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from channels where org_id = $1 and id = $2', [tx.orgId, id]);
}

export function toWire(row: ChannelRow, now: Date = new Date()): Channel {
  const { previous_secret_until: until } = row;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    ...(row.kind === 'email' ? { address: row.target } : { url: row.target }),
    events: row.events,
    state: row.state,
    ...(row.disabled_because ? { disabledBecause: row.disabled_because } : {}),
    ...(until && until > now ? { previousSecretValidUntil: until.toISOString() } : {}),
    createdAt: row.created_at.toISOString(),
  };
}

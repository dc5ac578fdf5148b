import type { Restriction, Standing } from '@tidegate/contracts/billing/restrictions';
import type { Input } from '@tidegate/contracts/kernel/operation';
import type { Channel, listChannels as List } from '@tidegate/contracts/notifier/channels';
import type { NoticeType } from '@tidegate/contracts/notifier/notices';
import { madeAt, newId } from '@tidegate/database/ids';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

export interface ChannelRow {
  id: string;
  kind: 'email' | 'webhook';
  name: string;
  /** The address of an e-mail channel, the masked url of a webhook. */
  target: string;
  url_sealed: string | null;
  /** What is called: the host of a webhook, `smtp` for e-mails. */
  receiver: string;
  events: NoticeType[];
  state: 'active' | 'disabled';
  disabled_because: DisabledBecause | null;
  secret: string | null;
  /** Until when earlier secrets sign too. */
  overlap_until: Date | null;
  confirmed_at: Date | null;
  confirmation: string | null;
  unsubscribe: string | null;
  restricted: Restriction | null;
  created_at: Date;
}

type DisabledBecause = NonNullable<Channel['disabledBecause']>;

const COLUMNS = `id, kind, name, target, url_sealed, receiver, events, state, disabled_because, secret,
  (select max(e.valid_until) from earlier_secrets e
    where e.org_id = channels.org_id and e.channel_id = channels.id and e.valid_until > now()) as overlap_until,
  confirmed_at, confirmation, unsubscribe, restricted, created_at`;
const CONFIRM_HOURS = 24;

/** An unconfirmed address is sent nothing but the request to confirm. */
export const isUnconfirmed = (row: ChannelRow): boolean => row.kind === 'email' && row.confirmed_at === null;

export interface NewChannelRow {
  id: string;
  kind: 'email' | 'webhook';
  name: string;
  target: string;
  urlSealed: string | null;
  receiver: string;
  events: readonly NoticeType[];
  secret: string | null;
}

export async function insertChannel(tx: Tx, channel: NewChannelRow): Promise<ChannelRow> {
  const row = await tx.one<ChannelRow>(
    `insert into channels (org_id, id, kind, name, target, url_sealed, receiver, events, secret)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
    [
      tx.orgId,
      channel.id,
      channel.kind,
      channel.name,
      channel.target,
      channel.urlSealed,
      channel.receiver,
      channel.events,
      channel.secret,
    ],
  );
  return row as ChannelRow;
}

export async function countChannels(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>('select count(*)::int as count from channels where org_id = $1', [
    tx.orgId,
  ]);
  return row?.count ?? 0;
}

export async function countWebhooks(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from channels where org_id = $1 and kind = 'webhook'",
    [tx.orgId],
  );
  return row?.count ?? 0;
}

/**
 * Those that get nothing now, or no more. The oldest are in use (ids are in the order of creation); webhooks that the plan
 * excludes take nobody's place.
 */
export const restrictChannels = (tx: Tx, { keep, all }: Standing, webhooks: Standing): Promise<unknown> =>
  tx.query(
    `update channels set restricted = now_so.restricted
       from (select id as channel_id,
                    coalesce($3::text, excluded,
                             case when row_number() over (partition by excluded is null order by id) > $2::bigint
                                  then 'over_limit' end) as restricted
               from (select id, case when kind = 'webhook' then $4::text end as excluded
                       from channels where org_id = $1) as own) as now_so
      where org_id = $1 and id = channel_id and channels.restricted is distinct from now_so.restricted`,
    [tx.orgId, keep, all, webhooks.all],
  );

/** Those after the oldest so many, of all or of webhooks. Newest first. */
export const channelsBeyond = (
  tx: Tx,
  kind: 'webhook' | null,
  keep: number,
  most: number,
): Promise<{ id: string; name: string }[]> =>
  tx.query(
    `with counted as (select id, name from channels where org_id = $1 and ($4::text is null or kind = $4))
     select id, name from counted where id not in (select id from counted order by id limit $2) order by id desc limit $3`,
    [tx.orgId, keep, most, kind],
  );

export function findChannel(tx: Tx, id: string): Promise<ChannelRow | undefined> {
  return tx.one<ChannelRow>(`select ${COLUMNS} from channels where org_id = $1 and id = $2`, [tx.orgId, id]);
}

export function lockChannel(tx: Tx, id: string): Promise<ChannelRow | undefined> {
  return tx.one<ChannelRow>(`select ${COLUMNS} from channels where org_id = $1 and id = $2 for no key update`, [
    tx.orgId,
    id,
  ]);
}

/** Ids are time-ordered. Where a channel leads to is no order: what a webhook's address has behind its host may be secret. */
export const CHANNEL_ORDERS = sorting<Input<typeof List>['sort']>(
  {
    created: {},
    name: { key: 'lower(name)', as: 'text' },
    kind: { key: 'kind', as: 'text' },
    state: {
      key: "case when state = 'active' and kind = 'email' and confirmed_at is null then 'unconfirmed' else state end",
      as: 'text',
    },
  },
  { column: 'id', as: 'uuid' },
);

/** What a webhook's address has behind its host may be secret: it is not searched. */
const LISTED = `org_id = $1 and ($2::text is null or position(lower($2) in lower(name)) > 0
  or (kind = 'email' and position(lower($2) in lower(target)) > 0))`;

export function listChannels(tx: Tx, place: Place, search: string | undefined): Promise<(ChannelRow & SortedRow)[]> {
  const params = [tx.orgId, search ?? null];
  return tx.query(`select ${COLUMNS}, ${place.key} from channels where ${LISTED} ${place.rest(params)}`, params);
}

export async function countListed(tx: Tx, search: string | undefined): Promise<number> {
  const sql = `select count(*)::int as total from channels where ${LISTED}`;
  return (await tx.one<{ total: number }>(sql, [tx.orgId, search ?? null]))?.total ?? 0;
}

/**
 * The active channels in use that subscribed to this event. A channel gets nothing from before its creation, by the clocks of
 * PostgreSQL and of the processes, where one may be behind for a while; with ten seconds of tolerance for clocks that differ.
 */
export function findSubscribed(
  tx: Tx,
  type: NoticeType,
  event: { id: string; time: string },
): Promise<{ id: string }[]> {
  return tx.query<{ id: string }>(
    `select id from channels
      where org_id = $1 and state = 'active' and restricted is null and (kind <> 'email' or confirmed_at is not null) and $2 = any (events)
        and (created_at - interval '10 seconds' <= $3::timestamptz or id < $4::uuid)
      order by id`,
    [tx.orgId, type, event.time, newId(madeAt(event.id) + 10_000)],
  );
}

export async function updateChannel(
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

export async function disableChannel(tx: Tx, id: string, because: DisabledBecause): Promise<void> {
  await tx.query("update channels set state = 'disabled', disabled_because = $3 where org_id = $1 and id = $2", [
    tx.orgId,
    id,
    because,
  ]);
}

/** Replaces the confirmation token, whose mail is sent next; an earlier token is no longer valid. */
export async function setConfirmation(tx: Tx, id: string, token: { sealed: string; hash: string }): Promise<void> {
  await tx.query(
    `update channels set confirmation = $3, confirmation_hash = $4,
            confirmation_until = now() + make_interval(hours => $5)
      where org_id = $1 and id = $2`,
    [tx.orgId, id, token.sealed, token.hash, CONFIRM_HOURS],
  );
}

/** Needs a transaction that finds by this token. */
export const findChannelByConfirmation = (tx: Tx, hash: string): Promise<{ org_id: string; id: string } | undefined> =>
  tx.one<{ org_id: string; id: string }>('select org_id, id from channels where confirmation_hash = $1', [hash]);

/**
 * Returns the address, also when it was confirmed before: the first answer may have been lost. Undefined when the token
 * is too old.
 */
export async function confirmByHash(tx: Tx, hash: string): Promise<string | undefined> {
  const row = await tx.one<{ target: string }>(
    `update channels set confirmed_at = coalesce(confirmed_at, now()), confirmation = null
      where org_id = $1 and confirmation_hash = $2 and confirmation_until > now() returning target`,
    [tx.orgId, hash],
  );
  return row?.target;
}

/** System purpose `upkeep`: webhooks from before their addresses were sealed. */
export const unsealedUrls = (tx: Tx): Promise<{ org_id: string; id: string; target: string }[]> =>
  tx.query("select org_id, id, target from channels where kind = 'webhook' and url_sealed is null limit 500");

export async function sealUrl(tx: Tx, id: string, url: { sealed: string; shown: string }): Promise<void> {
  await tx.query(
    'update channels set url_sealed = $3, target = $4 where org_id = $1 and id = $2 and url_sealed is null',
    [tx.orgId, id, url.sealed, url.shown],
  );
}

export async function replaceSecret(tx: Tx, id: string, secret: string): Promise<void> {
  await tx.query('update channels set secret = $3 where org_id = $1 and id = $2', [tx.orgId, id, secret]);
}

export async function setUnsubscribe(tx: Tx, id: string, token: { sealed: string; hash: string }): Promise<void> {
  await tx.query('update channels set unsubscribe = $3, unsubscribe_hash = $4 where org_id = $1 and id = $2', [
    tx.orgId,
    id,
    token.sealed,
    token.hash,
  ]);
}

/** Needs a transaction that finds by this token. */
export const findChannelByUnsubscribe = (tx: Tx, hash: string): Promise<{ org_id: string; id: string } | undefined> =>
  tx.one<{ org_id: string; id: string }>('select org_id, id from channels where unsubscribe_hash = $1', [hash]);

/** The recipient unsubscribed: others cannot switch the channel on again. */
export async function unsubscribe(tx: Tx, id: string): Promise<void> {
  await tx.query(
    `update channels set state = 'disabled', disabled_because = 'unsubscribed', confirmed_at = null,
            confirmation_hash = null where org_id = $1 and id = $2`,
    [tx.orgId, id],
  );
}

export async function deleteChannel(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from channels where org_id = $1 and id = $2', [tx.orgId, id]);
}

export function toWire(row: ChannelRow): Channel {
  const { overlap_until: until } = row;
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    ...(row.kind === 'email' ? { address: row.target } : { url: row.target }),
    events: row.events,
    state: row.state === 'active' && isUnconfirmed(row) ? 'unconfirmed' : row.state,
    restricted: row.restricted,
    ...(row.disabled_because ? { disabledBecause: row.disabled_because } : {}),
    ...(until ? { previousSecretValidUntil: until.toISOString() } : {}),
    createdAt: row.created_at.toISOString(),
  };
}

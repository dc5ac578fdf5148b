import type { Tx } from '@tidegate/database/tx';
import { plain } from './array-literal.ts';

/** Of events whose identity is known: the indexes of those whose content differs from the first one's. */
export async function findConflicts(
  tx: Tx,
  events: readonly { org: string; key: string; digest: number }[],
): Promise<Set<number>> {
  const rows = await tx.query<{ n: number }>(
    // Each by its index, whatever the statistics of a table say that has just begun to grow.
    `select t.n::int as n from unnest($1::uuid[], $2::uuid[], $3::int[]) with ordinality as t(org_id, key, digest, n),
            lateral (select digest from usage_identities u where u.org_id = t.org_id and u.key = t.key limit 1) as known
      where known.digest <> t.digest`,
    [plain(events, (event) => event.org), plain(events, (event) => event.key), plain(events, (event) => event.digest)],
  );
  return new Set(rows.map((row) => row.n - 1));
}

/** Which of these identities of an organisation are known already. */
export async function findKnown(tx: Tx, orgId: string, keys: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ key: string }>(
    "select replace(key::text, '-', '') as key from usage_identities where org_id = $1 and key = any($2::uuid[])",
    [orgId, keys],
  );
  return new Set(rows.map((row) => row.key));
}

/** Of these events the indexes of those that were counted before, in whatever generation. */
export async function findCounted(tx: Tx, events: readonly { org: string; key: string }[]): Promise<number[]> {
  const rows = await tx.query<{ n: number }>(
    `select t.n::int as n from unnest($1::uuid[], $2::uuid[]) with ordinality as t(org_id, key, n),
            lateral (select 1 from usage_identities u where u.org_id = t.org_id and u.key = t.key limit 1) as known`,
    [plain(events, (event) => event.org), plain(events, (event) => event.key)],
  );
  return rows.map((row) => row.n - 1);
}

export interface Generation {
  generation: number;
  open: boolean;
}

/** From the oldest to the open one. */
export const findGenerations = (tx: Tx): Promise<Generation[]> =>
  tx.query('select generation, closed_at is null as open from usage_identity_generations order by generation');

const printsOf = (identities: string): string =>
  `coalesce(string_agg(substr(uuid_send(${identities}.org_id), 13) || substr(uuid_send(${identities}.key), 1, 4), ''::bytea), ''::bytea)`;
/** Identities in a piece: 4 MB. What was one table before generations may hold many millions, which no text of ours can. */
const PIECE = 524_288;
/** Of a larger generation they are not stored: a value has a gigabyte at most. Whoever starts reads its identities. */
const MOST_STORED_BYTES = 2_147_483_648;
const NONE = '00000000-0000-0000-0000-000000000000';

/**
 * Four bytes of the organisation and four of the key of each identity of a closed generation, piece by piece, in a transaction
 * that sees all organisations. Whoever counts only reads, also where they are not stored yet, and so waits for nobody.
 */
export async function* readPrints(tx: Tx, generation: number, piece = PIECE): AsyncGenerator<Buffer> {
  const stored = await tx.one<{ bytes: number }>(
    'select length(prints) as bytes from usage_identity_prints where generation = $1',
    [generation],
  );
  for (let at = 0; stored && at < stored.bytes; at += piece * 8) {
    const part = await tx.one<{ prints: Buffer }>(
      'select substr(prints, $2::int + 1, $3::int) as prints from usage_identity_prints where generation = $1',
      [generation, at, piece * 8],
    );
    if (part) yield part.prints;
  }
  let [org, key] = [NONE, NONE];
  for (let more = !stored; more; ) {
    const part = await tx.one<{ prints: Buffer; org: string; key: string }>(
      `with page as (select org_id, key from usage_identities
                      where generation = $1 and (org_id, key) > ($2::uuid, $3::uuid) order by org_id, key limit $4)
       select ${printsOf('page')} as prints, last.org_id as org, last.key
         from page, (select org_id, key from page order by org_id desc, key desc limit 1) as last
        group by last.org_id, last.key`,
      [generation, org, key, piece],
    );
    if (!part) return;
    yield part.prints;
    ({ org, key } = part);
    more = part.prints.length === piece * 8;
  }
}

/** Stores those of closed generations that lack them, for processes that start later. */
export const storePrints = (tx: Tx, mostBytes = MOST_STORED_BYTES): Promise<unknown> =>
  tx.query(
    `insert into usage_identity_prints (generation, prints)
     select g.generation, (select ${printsOf('i')} from usage_identities i where i.generation = g.generation)
       from usage_identity_generations g
      where g.closed_at is not null and not exists (select from usage_identity_prints p where p.generation = g.generation)
        and pg_relation_size(to_regclass('usage_identities_' || g.generation)) < $1
     on conflict do nothing`,
    [mostBytes],
  );

/** As large as its index may be: 400,000 identities have 34 MB, and their index 30. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_DAYS = 7;

/** Begins a new generation where it is time; nobody counts meanwhile, or it is given up. False: it was not time. */
export async function turnIdentities(
  tx: Tx,
  { bytes = MOST_BYTES, days = MOST_DAYS }: { bytes?: number; days?: number } = {},
): Promise<boolean> {
  await tx.send("select set_config('lock_timeout', '2s', true)", []);
  const row = await tx.one<{ turned: boolean }>(
    "select turn_identities($1::bigint, $2::int * interval '1 day') as turned",
    [bytes, days],
  );
  return row?.turned ?? false;
}

/**
 * Drops a generation that was closed so long ago; false: there was none. Identities outlive the time in which an event is
 * accepted, so that an expired one cannot be counted again: the event is too old by then.
 */
export async function expireIdentities(tx: Tx, days: number): Promise<boolean> {
  await tx.send("select set_config('lock_timeout', '2s', true)", []);
  const row = await tx.one<{ dropped: boolean }>('select drop_identity_generation($1::int) as dropped', [days]);
  return row?.dropped ?? false;
}

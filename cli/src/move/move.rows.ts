import { newId } from '@tidegate/database/ids';
import { type MovedTable, quoted } from '@tidegate/database/move/moved-tables';
import type { Tx } from '@tidegate/database/tx';
import type { VersionedColumn } from '@tidegate/runtime/service';
import type { Person, StripePrice, Version } from './move-file.ts';

/* What of an organisation depends on the installation around it: people, versions of plans, meters, Stripe. */

export const findOrganisation = (tx: Tx, orgId: string): Promise<{ name: string; demo: boolean } | undefined> =>
  tx.one<{ name: string; demo: boolean }>('select name, demo from organisations where org_id = $1', [orgId]);

/** Everybody whom its rows name by a foreign key: members, and who made what. */
export async function findPeople(tx: Tx, tables: readonly MovedTable[]): Promise<Person[]> {
  const named = tables.flatMap(({ name, owner, people }) =>
    people.map((column) => `select ${quoted(column)} as id from ${quoted(name)} where ${quoted(owner)} = $1`),
  );
  return tx.query<Person>(
    `select id, email, name, locale, time_zone as "timeZone" from users
      where id in (${named.join(' union ')}) order by id`,
    [tx.orgId],
  );
}

/**
 * Accounts by address: one that is there is linked and stays as it is; another is made, with a password that nobody has. Answers
 * under which id each is here.
 */
export async function settlePeople(
  tx: Tx,
  people: readonly Person[],
  passwordHash: string,
): Promise<{ ids: Map<string, string>; made: string[] }> {
  const ids = new Map<string, string>();
  const made: string[] = [];
  for (const { id, email, name, locale, timeZone } of people) {
    const known = await tx.one<{ id: string }>('select id from users where lower(email) = lower($1)', [email]);
    if (known) {
      ids.set(id, known.id);
      continue;
    }
    const taken = await tx.one('select from users where id = $1', [id]);
    const own = taken ? newId() : id;
    await tx.query(
      `insert into users (id, email, name, password_hash, locale, time_zone, is_operator)
       values ($1, $2, $3, $4, $5, $6, false)`,
      [own, email, name, passwordHash, locale, timeZone],
    );
    ids.set(id, own);
    made.push(email);
  }
  return { ids, made };
}

/** Whom its rows name although the file does not list them. */
export async function outsiders(tx: Tx, tables: readonly MovedTable[], known: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { name, owner, people } of tables)
    for (const column of people) {
      const row = await tx.one(
        `select from ${quoted(name)} where ${quoted(owner)} = $1 and ${quoted(column)} <> all($2::uuid[]) limit 1`,
        [tx.orgId, known],
      );
      if (row) found.push(`${name}.${column}`);
    }
  return found;
}

/** Keys of the organisation with a scope that no role has. */
export async function tooMighty(tx: Tx, scopes: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ key_id: string }>(
    'select key_id from api_keys where org_id = $1 and not scopes <@ $2::text[]',
    [tx.orgId, scopes],
  );
  return rows.map(({ key_id }) => key_id);
}

const CATALOGUE = { plan: 'plan_versions', addon: 'addon_versions' } as const;

/** The versions of plans and add-ons that its rows name, with what they say. */
export async function findVersions(tx: Tx, columns: readonly VersionedColumn[]): Promise<Version[]> {
  const found = new Map<string, Version>();
  for (const { table, of, name, version } of columns) {
    const owner = table === 'revenue_facts' ? 'customer' : 'org_id';
    const rows = await tx.query<Version>(
      `select distinct on (v.product, v.${of}, v.version) '${of}' as of, v.product, v.${of} as name, v.version, v.definition
         from ${quoted(table)} t join ${CATALOGUE[of]} v
           on v.product = t.product and v.${of} = t.${quoted(name)} and v.version = t.${quoted(version)}
        where t.${owner} = $1`,
      [tx.orgId],
    );
    for (const row of rows) found.set([row.of, row.product, row.name, row.version].join(' '), row);
  }
  return [...found.values()];
}

/** Under which number the same version is here; undefined when no version says the same. */
export async function sameVersion(tx: Tx, { of, product, name, version, definition }: Version) {
  const row = await tx.one<{ version: number }>(
    `select version from ${CATALOGUE[of]} where product = $1 and ${of} = $2 and definition = $3::jsonb
      order by version = $4 desc, version desc limit 1`,
    [product, name, JSON.stringify(definition), version],
  );
  return row?.version;
}

/** SQL for a column: the number of this installation in place of that of the other. */
export function renumbered({ name, version, of }: VersionedColumn, numbers: ReadonlyMap<string, number>): string {
  const map = JSON.stringify(Object.fromEntries(numbers)).replaceAll("'", "''");
  const key = `concat_ws(' ', '${of}', r.product, r.${quoted(name)}, r.${quoted(version)})`;
  return `coalesce(('${map}'::jsonb ->> ${key})::int, r.${quoted(version)})`;
}

/** Meters that its figures are counted in: quantities are whole numbers of their smallest step. */
export const findMeters = (tx: Tx): Promise<{ meter: string; decimals: number }[]> =>
  tx.query<{ meter: string; decimals: number }>(
    `select meter, decimals::int from meters where meter in (
       select meter from usage_hours where org_id = $1 union select meter from usage_balances where org_id = $1
       union select meter from quotas where org_id = $1 union select meter from credit_grants where org_id = $1)
      order by meter`,
    [tx.orgId],
  );

export async function decimalsOf(tx: Tx, meter: string): Promise<number> {
  const row = await tx.one<{ decimals: number }>('select decimals::int as decimals from meters where meter = $1', [
    meter,
  ]);
  return row?.decimals ?? 0;
}

export async function findStripeCustomers(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ customer_id: string }>('select customer_id from stripe_customers where org_id = $1', [
    tx.orgId,
  ]);
  return rows.map(({ customer_id }) => customer_id);
}

/** The prices of Stripe that it pays, and what was published under them: ids of an account of Stripe. */
export const findStripePrices = (tx: Tx): Promise<StripePrice[]> =>
  tx.query<StripePrice>(
    `select distinct p.price_id as id, p.lookup_key as "lookupKey", p.livemode
       from stripe_subscriptions s
      cross join jsonb_array_elements((s.state -> 'items') || coalesce(s.state -> 'next' -> 'items', '[]')) item
       join stripe_prices p on p.price_id = item ->> 'priceId'
      where s.org_id = $1 and s.status not in ('canceled', 'incomplete_expired') order by 1`,
    [tx.orgId],
  );

export const isPublished = async (tx: Tx, { id, lookupKey, livemode }: StripePrice): Promise<boolean> =>
  (await tx.one('select from stripe_prices where livemode = $1 and price_id = $2 and lookup_key = $3', [
    livemode,
    id,
    lookupKey,
  ])) !== undefined;

/** Up to where usage was counted, in the stream. */
export async function countedUntil(tx: Tx, stream: string): Promise<number> {
  const row = await tx.one<{ sequence: string }>('select sequence from ingest_checkpoint where stream = $1', [stream]);
  return Number(row?.sequence ?? 0);
}

/** SQL for the database's administrator: counting goes on beyond what was brought. */
export const COUNT_ON = `select setval(s.seq, greatest($2::bigint, coalesce((select last_value from pg_sequences
    where format('%I.%I', schemaname, sequencename)::regclass = s.seq), 0)))
  from (select pg_get_serial_sequence($1, $3)::regclass as seq) s`;

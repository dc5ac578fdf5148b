import type { Tx } from '@tidegate/database/tx';

export interface TrialRow {
  product: string;
  plan: string;
  started_at: Date;
  ends_at: Date;
}

/** Who tries something: a person, or what they would pay with. */
export type TrialKey = `user:${string}` | `card:${string}`;

export const findTrials = (tx: Tx, orgId: string): Promise<TrialRow[]> =>
  tx.query<TrialRow>('select product, plan, started_at, ends_at from trials where org_id = $1 order by product', [
    orgId,
  ]);

/** A product is tried once. False when it has been. */
export async function useTrial(tx: Tx, orgId: string, trial: TrialRow): Promise<boolean> {
  const row = await tx.one(
    `insert into trials (org_id, product, plan, started_at, ends_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning product`,
    [orgId, trial.product, trial.plan, trial.started_at, trial.ends_at],
  );
  return row !== undefined;
}

/** The owners of an organisation, and who asks for the trial. */
export async function personKeys(tx: Tx, orgId: string, userId?: string): Promise<TrialKey[]> {
  const row = await tx.one<{ owners: string[] | null }>(
    'select owner_ids as owners from organisation_profiles where org_id = $1',
    [orgId],
  );
  const people = new Set([...(row?.owners ?? []), ...(userId === undefined ? [] : [userId])]);
  return [...people].map((id): TrialKey => `user:${id}`);
}

const HASHED = "encode(sha256(convert_to(key, 'UTF8')), 'hex')";

/**
 * Nobody tries a product with one organisation after the other. False when one of these has tried it. In one order, so
 * that two who try at once do not wait for each other.
 */
export async function claimTrial(tx: Tx, product: string, keys: readonly TrialKey[]): Promise<boolean> {
  const rows = await tx.query(
    `insert into trial_claims (key, product)
     select ${HASHED}, $1 from unnest($2::text[]) as key order by 1 on conflict do nothing returning key`,
    [product, keys],
  );
  return rows.length === keys.length;
}

/** Whether an organisation cannot try a product any more: it has, or one of its owners, or who asks, with another one. */
export async function isTried(tx: Tx, product: string, userId?: string): Promise<boolean> {
  const orgId = tx.orgId as string;
  const own = (await findTrials(tx, orgId)).some((trial) => trial.product === product);
  return own || hasTried(tx, product, await personKeys(tx, orgId, userId));
}

export async function hasTried(tx: Tx, product: string, keys: readonly TrialKey[]): Promise<boolean> {
  const row = await tx.one(
    `select 1 from trial_claims where product = $1 and key in (select ${HASHED} from unnest($2::text[]) as key) limit 1`,
    [product, keys],
  );
  return row !== undefined;
}

/**
 * Of trials at a provider, those that were given by another installation, from which their organisation has moved; false: what
 * they were paid with is not claimed here yet. See `arrival`.
 */
export async function findGivenElsewhere(tx: Tx, refs: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const rows = await tx.query<{ ref: string; claimed: boolean }>(
    `select ref, c.claimed_for is not null as claimed
       from unnest($1::text[]) as ref
       join trial_claims c on c.key = encode(sha256(convert_to('trial:' || ref, 'UTF8')), 'hex') and c.product = ''`,
    [refs],
  );
  return new Map(rows.map(({ ref, claimed }) => [ref, claimed]));
}

/** What they were paid with is claimed. */
export const noteGivenElsewhere = (tx: Tx, ref: string): Promise<unknown> =>
  tx.query(
    `update trial_claims set claimed_for = key
      where key = encode(sha256(convert_to('trial:' || $1, 'UTF8')), 'hex') and product = ''`,
    [ref],
  );

/**
 * The people of a trial that a provider runs, who may have opened its page before they tried the product with another
 * organisation. False when one of them has; then nobody's trial is used up by it.
 */
export async function claimPeople(
  tx: Tx,
  products: readonly string[],
  people: readonly TrialKey[],
  ref: string,
): Promise<boolean> {
  if (await claimCards(tx, products, people, ref)) return true;
  await tx.query(
    `delete from trial_claims where claimed_for = encode(sha256(convert_to($3, 'UTF8')), 'hex')
        and product = any($1::text[]) and key in (select ${HASHED} from unnest($2::text[]) as key)`,
    [products, people, ref],
  );
  return false;
}

/** Of trials that a provider runs those products that the organisation has tried before them, or has not tried yet. */
export async function notBegunBy(tx: Tx, orgId: string, products: readonly string[], created: Date): Promise<string[]> {
  const begun = new Set(
    (await findTrials(tx, orgId)).filter(({ started_at }) => started_at >= created).map(({ product }) => product),
  );
  return products.filter((product) => !begun.has(product));
}

/**
 * The cards of a trial that a provider runs. False when somebody else's trial has one of them; said again for the same
 * subscription it is the same trial.
 */
export async function claimCards(
  tx: Tx,
  products: readonly string[],
  cards: readonly TrialKey[],
  ref: string,
): Promise<boolean> {
  if (products.length === 0 || cards.length === 0) return true;
  const rows = await tx.query<{ own: boolean }>(
    `insert into trial_claims as c (key, product, claimed_for)
     select ${HASHED}, product, encode(sha256(convert_to($3, 'UTF8')), 'hex')
       from unnest($1::text[]) as product, unnest($2::text[]) as key order by 1, 2
     on conflict (key, product) do update set claimed_for = c.claimed_for
     returning coalesce(c.claimed_for = encode(sha256(convert_to($3, 'UTF8')), 'hex'), false) as own`,
    [products, cards, ref],
  );
  return rows.every(({ own }) => own);
}

import type { OrganisationSummary, searchOrganisations } from '@tidegate/contracts/billing/operator';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { isUuid } from '@tidegate/database/ids';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';
import type { PlanNames } from '../plans/catalogue.rows.ts';

type Search = Input<typeof searchOrganisations>;

export interface ListedRow extends SortedRow {
  org_id: string;
  name: string;
  owner_email: string | null;
  demo: boolean;
  created_at: Date;
}

/** Each order has its index. */
export const ORGANISATION_ORDERS = sorting<Search['sort']>(
  {
    created: { key: 'p.created_at', as: 'time', down: true },
    name: { key: 'lower(p.name)', as: 'text' },
    mrr: { key: 'm.mrr_minor', as: 'whole', down: true },
  },
  { column: 'org_id', as: 'uuid' },
);

const BY_MRR = 'organisation_mrr m join organisation_profiles p using (org_id)';

const escaped = (text: string) => `%${text.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** Needs a transaction that sees all organisations. */
export function listOrganisationRows(
  tx: Tx,
  place: Place,
  search: Pick<Search, 'q' | 'product' | 'plan' | 'status' | 'held' | 'sort'> & { currency: string },
): Promise<ListedRow[]> {
  const params: unknown[] = [];
  const param = (value: unknown) => `$${params.push(value)}`;
  const wanted: string[] = [];
  if (search.sort === 'mrr') wanted.push(`m.currency = ${param(search.currency)}`);
  if (search.q !== undefined) {
    const like = param(escaped(search.q));
    const id = isUuid(search.q) ? ` or p.org_id = ${param(search.q)}::uuid` : '';
    wanted.push(`(lower(p.name) like ${like} or lower(p.owner_email) like ${like}${id})`);
  }
  const own = (['product', 'plan', 'status'] as const).flatMap((column) =>
    search[column] === undefined ? [] : [`s.${column} = ${param(search[column])}`],
  );
  if (search.held !== undefined) {
    const held = 'exists (select 1 from subscriptions s where s.org_id = p.org_id and s.billing_held)';
    wanted.push(search.held ? held : `not ${held}`);
  }
  if (own.length > 0) {
    wanted.push(`exists (select 1 from subscriptions s where s.org_id = p.org_id and ${own.join(' and ')})`);
  }
  return tx.query<ListedRow>(
    `select org_id, p.name, p.owner_email, p.created_at, ${place.key},
            exists (select 1 from demo_organisations d where d.org_id = p.org_id) as demo
       from ${search.sort === 'mrr' ? BY_MRR : 'organisation_profiles p'}
      where ${['true', ...wanted].join(' and ')} ${place.rest(params)}`,
    params,
  );
}

type Plans = Omit<OrganisationSummary['plans'][number], keyof PlanNames>[];

export async function plansOf(tx: Tx, orgIds: readonly string[]): Promise<Map<string, Plans>> {
  const rows = await tx.query<Plans[number] & { org_id: string }>(
    `select org_id, product, plan, plan_version as "planVersion", status, billing_interval as interval,
            billing_held as "billingHeld"
       from subscriptions where org_id = any($1::uuid[]) order by org_id, product`,
    [orgIds],
  );
  return grouped(rows.map(({ org_id, ...plan }) => [org_id, plan]));
}

export async function mrrOf(tx: Tx, orgIds: readonly string[]): Promise<Map<string, OrganisationSummary['mrr']>> {
  const rows = await tx.query<{ org_id: string; currency: string; amount: string }>(
    `select org_id, currency, mrr_minor::text as amount from organisation_mrr
      where org_id = any($1::uuid[]) order by org_id, currency`,
    [orgIds],
  );
  return grouped(rows.map(({ org_id, currency, amount }) => [org_id, { currency, amountMinor: Number(amount) }]));
}

function grouped<T>(entries: readonly (readonly [string, T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of entries) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

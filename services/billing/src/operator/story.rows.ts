import type { StoryEntry } from '@tidegate/contracts/billing/operator';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface StoryRow extends Omit<StoryEntry, 'at'> {
  at: Date;
  /** For cursors. */
  moment: string;
}

interface Source {
  kind: StoryEntry['kind'];
  table: string;
  at: string;
  id?: string;
  product?: string;
  action: string;
  by: string;
  reason?: string;
  data: string;
}

const fields = (names: Record<string, string>): string =>
  `jsonb_build_object(${Object.entries(names)
    .map(([name, column]) => `'${name}', ${column}`)
    .join(', ')})`;

const SOURCES: readonly Source[] = [
  {
    kind: 'change',
    table: 'subscription_changes',
    at: 'changed_at',
    product: 'product',
    action: 'action',
    by: 'changed_by',
    reason: 'reason',
    data: fields({ before: 'before', after: 'after' }),
  },
  {
    kind: 'charge',
    table: 'invoice_items',
    at: 'created_at',
    product: 'product',
    action: "case when amount_minor < 0 then 'credited' else 'charged' end",
    by: 'changed_by',
    reason: 'reason',
    data: fields({
      description: 'description',
      quantity: 'quantity',
      currency: 'currency',
      amountMinor: 'amount_minor',
      invoiceId: 'invoice_id',
    }),
  },
  {
    kind: 'invoice',
    table: 'invoices',
    at: 'coalesce(issued_at, created_at)',
    action: "'issued'",
    by: 'provider',
    data: fields({
      number: 'number',
      status: 'status',
      currency: 'currency',
      totalMinor: 'total_minor',
      dueMinor: 'due_minor',
    }),
  },
  {
    kind: 'invoice_change',
    table: 'invoice_changes',
    at: 'changed_at',
    action: 'change',
    by: 'changed_by',
    reason: 'reason',
    data: fields({ invoiceId: 'invoice_id', amountMinor: 'amount_minor' }),
  },
  {
    kind: 'balance',
    table: 'balance_changes',
    at: 'created_at',
    action: "case when amount_minor < 0 then 'drawn' else 'given' end",
    by: 'changed_by',
    reason: 'reason',
    data: fields({ currency: 'currency', amountMinor: 'amount_minor', invoiceId: 'invoice_id' }),
  },
  {
    kind: 'payment',
    table: 'stripe_facts',
    at: 'at',
    id: 'key',
    action: 'kind',
    by: "'stripe'",
    data: 'data',
  },
  {
    kind: 'difference',
    table: 'stripe_drifts',
    at: 'found_at',
    action: "'healed'",
    by: "'stripe'",
    reason: 'what',
    data: fields({ ours: 'ours', theirs: 'theirs' }),
  },
];

/** Of each source no more than a page is read, whatever the others have. */
function pageOf({ kind, table, at, id = 'id::text', product, action, by, reason, data }: Source): string {
  const key = `'${kind} ' || ${id}`;
  return `(select ${key} as id, ${at} as at, '${kind}' as kind, ${product ?? 'null::text'} as product, ${action} as action,
       ${by} as by, coalesce(${reason ?? "''"}, '') as reason, ${data} as data
  from ${table}
 where org_id = $1 and ($3::timestamptz is null or (${at}, (${key}) collate "C") < ($3, $4::text collate "C"))
 order by ${at} desc, (${key}) collate "C" desc limit $2)`;
}

const ALL = SOURCES.map(pageOf).join('\nunion all\n');

/** The newest first; those before the given one. The transaction runs as the organisation. */
export const findStory = (
  tx: Tx,
  orgId: string,
  limit: number,
  before: readonly [string, string] | undefined,
): Promise<StoryRow[]> =>
  tx.query<StoryRow>(
    `select *, ${cursorTime('at')} as moment from (${ALL}) as story order by at desc, id collate "C" desc limit $2`,
    [orgId, limit, before?.[0] ?? null, before?.[1] ?? null],
  );

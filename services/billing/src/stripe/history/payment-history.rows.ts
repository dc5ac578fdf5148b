import type {
  listPayments,
  PaymentFact,
  PaymentMethod,
  StripeDrift,
} from '@tidegate/contracts/billing/payment-history';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { cursorTime } from '@tidegate/database/paging';
import { type Place, type SortedRow, sorting } from '@tidegate/database/sorting';
import type { Tx } from '@tidegate/database/tx';

interface PaymentRow {
  payment: { card?: { brand: string; last4: string; expires: string } | null; delinquent?: boolean };
  stale_since: Date | null;
  month: string;
  /** An invoice could not be collected, and is still owed. */
  failed: boolean;
}

/** How the organisation pays, as it was copied last. */
export async function paymentMethodOf(tx: Tx, orgId: string, livemode: boolean): Promise<PaymentMethod> {
  const row = await tx.one<PaymentRow>(
    `select payment, stale_since, to_char(now() at time zone 'UTC', 'YYYY-MM') as month,
            exists (select from stripe_invoices where org_id = $1 and status = 'open'
                       and (state->>'attempts')::int > 0 and (state->>'amountRemaining')::bigint > 0) as failed
       from stripe_customers where org_id = $1 and livemode = $2`,
    [orgId, livemode],
  );
  const card = row?.payment.card;
  return {
    card: row && card ? { ...card, expired: card.expires < row.month } : null,
    failing: row ? row.failed || row.payment.delinquent === true : false,
    staleSince: row?.stale_since?.toISOString() ?? null,
  };
}

interface FactRow {
  kind: PaymentFact['kind'];
  at: Date;
  data: Record<string, unknown>;
}

export const FACT_ORDERS = sorting<Input<typeof listPayments>['sort']>(
  { at: { key: 'at', as: 'time' }, kind: { key: 'kind', as: 'text' } },
  { column: 'key', as: 'text' },
);

/** What has happened to an organisation's money. */
const PAYMENTS = "org_id = $1 and kind not in ('subscription_status', 'customer_deleted')";

export async function countFacts(tx: Tx, orgId: string): Promise<number> {
  const sql = `select count(*)::int as total from stripe_facts where ${PAYMENTS}`;
  return (await tx.one<{ total: number }>(sql, [orgId]))?.total ?? 0;
}

export function pageOfFacts(tx: Tx, orgId: string, place: Place): Promise<(FactRow & SortedRow)[]> {
  const params: unknown[] = [orgId];
  return tx.query(
    `select kind, at, data, ${place.key} from stripe_facts where ${PAYMENTS} ${place.rest(params)}`,
    params,
  );
}

export function factToWire({ kind, at, data }: FactRow): PaymentFact {
  const number = data['refunded'] ?? data['amountPaid'] ?? data['amount'];
  const reference = data['number'] ?? data['creditNote'] ?? data['charge'] ?? data['invoice'];
  return {
    kind,
    at: at.toISOString(),
    currency: typeof data['currency'] === 'string' ? data['currency'] : null,
    amountMinor: typeof number === 'number' ? number : null,
    reference: typeof reference === 'string' ? reference : null,
  };
}

interface DriftRow {
  id: string;
  org_id: string;
  found_at: Date;
  what: string;
  ours: unknown;
  theirs: unknown;
  place: string;
}

/** Needs to see all. */
export const pageOfDrifts = (
  tx: Tx,
  limit: number,
  orgId: string | undefined,
  [at, id]: readonly [at: string | null, id: string | null] = [null, null],
): Promise<DriftRow[]> =>
  tx.query<DriftRow>(
    `select id, org_id, found_at, what, ours, theirs, ${cursorTime('found_at')} as place from stripe_drifts
      where ($2::uuid is null or org_id = $2) and ($3::timestamptz is null or (found_at, id) < ($3, $4::uuid))
      order by found_at desc, id desc limit $1`,
    [limit, orgId ?? null, at, id],
  );

export const driftToWire = (row: DriftRow): StripeDrift => ({
  id: row.id,
  organisationId: row.org_id,
  foundAt: row.found_at.toISOString(),
  what: row.what,
  ours: row.ours,
  theirs: row.theirs,
});

import { Injectable } from '@nestjs/common';
import type { OPTIONAL_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { barredBy } from '@tidegate/contracts/usage/check';
import { leftOf } from '@tidegate/contracts/usage/credits';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import type { LeaseRate } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { GroupCommit } from '@tidegate/runtime/group-commit';
import { findBalances } from '../balances/balance.rows.ts';
import { type Balance, NOTHING_USED } from '../balances/balance.rules.ts';
import { currentWindow, type MeterWindow } from '../balances/window.rules.ts';
import { requireStoredStanding, type Standing } from '../entitlements/standing.ts';
import {
  findLeasesByKey,
  insertLeases,
  type KnownLease,
  lentThisMinute,
  lockQuota,
  type NewLease,
  nameOf,
} from './lease.rows.ts';
import { beyondLimit, rateSlice, slice } from './lease.rules.ts';

export interface LoanRequest {
  want: number;
  /** All or nothing. */
  whole: boolean;
  holderId: string;
  leaseKey: string;
  ttlSeconds: number;
  /** For one piece of work, committed or released by itself. */
  hold: boolean;
}

/** Who holds what no process of a customer's can hold: their names are not empty. */
export const HOLDS = '';

export interface Loan {
  standing: Standing;
  /** None: the plan lacks the meter. */
  grant: MeteredGrant | undefined;
  window: MeterWindow;
  leaseId: string | null;
  granted: number;
  /** Of a lease that was there before and has been returned; null of others. */
  spent: number | null;
  expiresAt: string;
  /** Right after this loan. */
  balance: Balance;
  /** Of a meter that the plan limits by the minute as well. */
  rate?: LeaseRate;
}

/** The feature that says how much of a meter may be used in a minute. */
const RATES: Readonly<Record<string, keyof typeof OPTIONAL_FEATURES>> = { api_calls: 'api_calls_per_minute' };

export const rateFeatureOf = (meter: string): string => RATES[meter] ?? '';

/** Requests that one transaction answers: larger groups would only make the first of them wait. */
const GROUP = 1_000;

/**
 * Lends out units of quotas. Whoever takes from the same quota takes turns: in one process as a group with one transaction,
 * between processes by a lock that the transaction holds.
 */
@Injectable()
export class Lend {
  private readonly groups = new GroupCommit<LoanRequest, Loan>((key, requests) => this.lend(key, requests), GROUP);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
  ) {}

  /** To be called before the first query of a transaction: it has one of its own. */
  take(orgId: string, meter: string, request: LoanRequest): Promise<Loan> {
    return this.groups.ask(`${orgId} ${meter}`, request);
  }

  private lend(key: string, requests: LoanRequest[]): Promise<Loan[]> {
    const [orgId = '', meter = ''] = key.split(' ');
    return this.tenants.run(orgId, async (tx) => {
      await lockQuota(tx, orgId, meter);
      // What the lock waited for is seen by the queries after it.
      const standing = await requireStoredStanding(tx, this.bus);
      const window = currentWindow(standing, meter);
      const grant = standing.snapshot.features[meter];
      return grant?.kind === 'metered'
        ? grantAll(tx, { standing, grant, window }, requests)
        : requests.map(() => nothing({ standing, grant: undefined, window }, NOTHING_USED));
    });
  }
}

type Quota = Pick<Loan, 'standing' | 'window' | 'rate'> & { grant: MeteredGrant };

/**
 * Requests whose names are known are answered with the lease that they have. Names are looked up only where somebody would
 * be refused: otherwise all are lent to, and writing them down shows which existed.
 */
async function grantAll(tx: Tx, quota: Quota, requests: LoanRequest[]): Promise<Loan[]> {
  const { standing, window } = quota;
  const { orgId } = standing.snapshot;
  const [found] = await findBalances(tx, orgId, [window]);
  const before = { ...NOTHING_USED, ...found };
  if (!before.lendable) return requests.map(() => nothing(quota, before));
  const rate = await rateOf(tx, quota);
  const given = { ...quota, ...(rate && { rate }) };
  let decided = decide(given, before, new Map(), requests);
  if (decided.some(({ granted }) => granted === 0)) {
    decided = decide(given, before, await findLeasesByKey(tx, { orgId, meter: window.meter }, requests), requests);
  }
  const fresh = decided.flatMap(({ lease }) => lease ?? []);
  const stored =
    fresh.length === 0
      ? new Map()
      : await insertLeases(tx, { orgId, window, creditsUntil: before.creditsUntil }, fresh);
  const balance = { ...before };
  if (rate) rate.left -= fresh.reduce((sum, { granted }) => sum + granted, 0);
  return decided.map((one): Loan => {
    if (one.granted === 0) return nothing(given, { ...balance });
    const { id, granted, spent, expiresAt } = stored.get(one.name) ?? one.known ?? UNKNOWN;
    if (one.lease?.id === id) balance.reserved += granted;
    return { ...given, leaseId: id, granted, spent, expiresAt, balance: { ...balance } };
  });
}

/** What is left of the minute. */
async function rateOf(tx: Tx, { standing: { snapshot }, window: { meter } }: Quota): Promise<LeaseRate | undefined> {
  const grant = snapshot.features[rateFeatureOf(meter)];
  if (grant?.kind !== 'static') return undefined;
  const { lent, resetsInMs } = await lentThisMinute(tx, snapshot.orgId, meter);
  return { limit: grant.value, left: Math.max(0, grant.value - lent), resetsInMs };
}

interface Decided {
  name: string;
  granted: number;
  /** To be stored, unless its name exists. */
  lease?: NewLease;
  known?: KnownLease;
}

function decide(
  { standing, window, grant: { ceiling }, rate }: Quota,
  balance: Balance,
  known: ReadonlyMap<string, KnownLease>,
  requests: readonly LoanRequest[],
): Decided[] {
  // What can only be read lends nothing. The platform's own meters go on: reading is an API call, and alerts are sent.
  const readOnly = barredBy(standing.snapshot, window.meter) !== undefined;
  const barred = (hold: boolean) => readOnly && (hold || !PLATFORM_METERS.has(window.meter));
  const named = new Map<string, Decided>();
  let { reserved } = balance;
  let rated = rate?.left ?? Number.POSITIVE_INFINITY;
  return requests.map((request) => {
    const name = nameOf(request);
    const same = known.get(name);
    if (same) return { name, granted: same.granted, known: same };
    const twin = named.get(name);
    if (twin) return { name, granted: twin.granted };
    const before = { ...balance, reserved };
    const left = ceiling === null ? null : leftOf(ceiling, before);
    const granted = barred(request.hold) ? 0 : Math.min(slice({ ...request, left }), rateSlice(rated));
    reserved += granted;
    rated -= granted;
    const lease = { ...request, id: newId(), granted, creditUnits: beyondLimit(granted, { ceiling, ...before }) };
    const decided: Decided = { name, granted, ...(granted > 0 ? { lease } : {}) };
    named.set(name, decided);
    return decided;
  });
}

/** Units that are added up are lent one by one; of others nobody knows what a unit is worth before it is counted. */
export function requireLendable({ balance, window }: Pick<Loan, 'balance' | 'window'>, field: string): void {
  if (balance.lendable) return;
  throw invalid(
    field,
    'not_lendable',
    '{meter} does not add up whole units, so nothing of it can be reserved. Check it without.',
    { meter: window.meter },
  );
}

const UNKNOWN: KnownLease = { id: '', granted: 0, spent: null, expiresAt: '' };

const nothing = (quota: Pick<Loan, 'standing' | 'grant' | 'window' | 'rate'>, balance: Balance): Loan => ({
  ...quota,
  leaseId: null,
  granted: 0,
  spent: null,
  expiresAt: new Date(quota.standing.now).toISOString(),
  balance,
});

import { Injectable } from '@nestjs/common';
import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import { barredBy } from '@tidegate/contracts/usage/check';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { findBalances } from '../balances/balance.rows.ts';
import type { Balance } from '../balances/balance.rules.ts';
import { currentWindow, type MeterWindow } from '../balances/window.rules.ts';
import { requireStoredStanding, type Standing } from '../entitlements/standing.ts';
import { GroupCommit } from './group-commit.ts';
import { findLeasesByKey, insertLeases, lockQuota, type NewLease, nameOf } from './lease.rows.ts';
import { slice } from './lease.rules.ts';

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
  expiresAt: string;
  /** Right after this loan. */
  balance: Balance;
}

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
        : requests.map(() => nothing({ standing, grant: undefined, window }, { used: 0, reserved: 0 }));
    });
  }
}

type Quota = Pick<Loan, 'standing' | 'grant' | 'window'>;

async function grantAll(tx: Tx, quota: Quota & { grant: MeteredGrant }, requests: LoanRequest[]): Promise<Loan[]> {
  const { standing, grant, window } = quota;
  const { orgId } = standing.snapshot;
  const [before] = await findBalances(tx, orgId, [window]);
  const balance = { used: 0, reserved: 0, ...before };
  const known = await findLeasesByKey(tx, { orgId, meter: window.meter }, requests);
  const barred = barredBy(standing.snapshot, window.meter) !== undefined;
  const fresh: NewLease[] = [];
  const loans = requests.map((request): Loan => {
    const name = nameOf(request);
    const same = known.get(name);
    const granted =
      same?.granted ?? (barred && request.hold ? 0 : slice({ ...request, ...balance, ceiling: grant.ceiling }));
    if (granted === 0) return nothing(quota, { ...balance });
    const leaseId = same?.id ?? newId();
    if (!same) {
      balance.reserved += granted;
      fresh.push({ ...request, id: leaseId, granted });
      known.set(name, { id: leaseId, granted, expiresAt: '' });
    }
    return { ...quota, leaseId, granted, expiresAt: same?.expiresAt ?? '', balance: { ...balance } };
  });
  if (fresh.length === 0) return loans;
  const ends = await insertLeases(tx, { orgId, window }, fresh);
  for (const loan of loans) if (loan.leaseId && !loan.expiresAt) loan.expiresAt = ends.get(loan.leaseId) ?? '';
  return loans;
}

const nothing = (quota: Quota, balance: Balance): Loan => ({
  ...quota,
  leaseId: null,
  granted: 0,
  expiresAt: new Date(quota.standing.now).toISOString(),
  balance,
});

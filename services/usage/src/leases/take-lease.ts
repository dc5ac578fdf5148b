import { Controller } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { MeteredGrant } from '@tidegate/contracts/billing/features';
import { refusalOf } from '@tidegate/contracts/billing/snapshot';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { featureNotIncluded, forbidden } from '@tidegate/contracts/kernel/problem';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { type Lease, takeLease } from '@tidegate/contracts/usage/leases';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { currentPeriod } from '../balances/balance.rules.ts';
import { findDayBalance, quotaWindow } from '../balances/quota-window.rows.ts';
import { requireStoredSnapshot } from '../entitlements/require-snapshot.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { findLeaseByKey, insertLease, lockBalance, sumReserved } from './lease.rows.ts';
import { leaseEnd, slice } from './lease.rules.ts';

@Controller()
export class TakeLease {
  constructor(private readonly bus: Bus) {}

  @Handles(takeLease)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof takeLease>): Promise<Lease> {
    if (PLATFORM_METERS.has(input.meter) && caller.kind !== 'service') {
      throw forbidden({}, `${input.meter} is counted by the platform itself. Take leases of meters of your own.`);
    }
    const entitlements = await requireStoredSnapshot(tx, this.bus);
    const grant = entitlements.features[input.meter];
    if (grant?.kind !== 'metered') {
      // The platform's own meters exist whether a catalogue declares them or not.
      if (!PLATFORM_METERS.has(input.meter)) await requireMeter(refuse, tx, input.meter);
      throw featureNotIncluded({ feature: input.meter, ...refusalOf(entitlements, input.meter) });
    }
    return lend(tx, input, entitlements, grant);
  }
}

/** Runs under the balance's lock, so that everyone who takes from one quota takes turns. */
async function lend(
  tx: Tx,
  { meter, want, whole, holderId, leaseKey }: Input<typeof takeLease>,
  entitlements: Entitlements,
  grant: MeteredGrant,
): Promise<Lease> {
  const now = Date.now();
  const { orgId } = entitlements;
  const { limit, ceiling, enforcement, per } = grant;
  const window = await quotaWindow(tx, entitlements, grant, now);
  const of = { orgId, meter, window };
  // Leases of one day are serialised by one row as well: that of the month in which the day began.
  const month = currentPeriod(entitlements, Date.parse(window.start));
  const locked = await lockBalance(tx, { orgId, meter, periodStart: month.start });
  const { used, reserved } =
    per === 'day'
      ? await findDayBalance(tx, orgId, meter, window)
      : { used: locked, reserved: await sumReserved(tx, of) };
  const before = await findLeaseByKey(tx, { orgId, meter, holderId, leaseKey });
  const granted = before?.granted ?? slice({ want, whole, ceiling, used, reserved });
  const leaseId = before?.id ?? (granted > 0 ? newId() : null);
  const expiresAt = before?.expires_at.toISOString() ?? new Date(leaseEnd(now, Date.parse(window.end))).toISOString();
  if (!before && leaseId) await insertLease(tx, { ...of, id: leaseId, holderId, leaseKey, granted, expiresAt });
  return {
    leaseId,
    meter,
    granted,
    expiresAt,
    limit,
    enforcement,
    used,
    reserved: before ? reserved : reserved + granted,
    resetsAt: window.end,
    ...refusalOf(entitlements, meter),
  };
}

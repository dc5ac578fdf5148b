import { Controller } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { refusalOf } from '@tidegate/contracts/billing/snapshot';
import { featureNotIncluded, forbidden } from '@tidegate/contracts/kernel/problem';
import { limitFor } from '@tidegate/contracts/usage/credits';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { type Lease, type LeaseRate, takeLease } from '@tidegate/contracts/usage/leases';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { asText } from '../balances/window.rules.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { Lend, rateFeatureOf, requireLendable } from './lend.ts';

@Controller()
export class TakeLease {
  constructor(private readonly lend: Lend) {}

  @Handles(takeLease)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof takeLease>): Promise<Lease> {
    const { meter, ...request } = input;
    if (!caller.orgId) throw forbidden({}, 'A quota belongs to an organisation: call with one.');
    if (PLATFORM_METERS.has(meter) && caller.kind !== 'service') {
      throw forbidden({}, `${meter} is counted by the platform itself. Take leases of meters of your own.`);
    }
    const loan = await this.lend.take(caller.orgId, meter, { ...request, hold: false });
    const { standing, grant, window, leaseId, granted, expiresAt, rate } = loan;
    // Of what may be less, one unit is what was needed at least.
    const least = request.whole ? request.want : 1;
    const need = granted > 0 || !grant ? {} : { amount: limitFor(least, loan.balance) };
    const refusal = refusalOf(standing.snapshot, meter, need);
    if (!grant) {
      // The platform's own meters exist whether a catalogue declares them or not.
      if (!PLATFORM_METERS.has(meter)) await requireMeter(refuse, tx, meter);
      throw featureNotIncluded({ feature: meter, ...refusal });
    }
    requireLendable(loan, '/meter');
    const { limit, enforcement } = grant;
    const { used, reserved } = loan.balance;
    const resetsAt = asText(standing, window).end;
    return {
      leaseId,
      meter,
      granted,
      expiresAt,
      limit,
      enforcement,
      used,
      reserved,
      resetsAt,
      ...refusal,
      ...(rate && { rate: rate.left > 0 ? rate : { ...rate, refusal: refusalOfRate(standing.snapshot, meter, rate) } }),
    };
  }
}

function refusalOfRate(snapshot: Entitlements, meter: string, { limit }: LeaseRate): LeaseRate['refusal'] {
  const { plan: _, ...refusal } = refusalOf(snapshot, rateFeatureOf(meter), { amount: limit + 1 });
  return refusal;
}

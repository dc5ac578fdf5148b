import { Controller } from '@nestjs/common';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { forbidden, invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { type Check, checkEntitlement, type holdEnded, judge } from '@tidegate/contracts/usage/check';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { stepsOf, unitsOf } from '@tidegate/contracts/usage/quantity';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findBalances } from '../balances/balance.rows.ts';
import { NOTHING_USED } from '../balances/balance.rules.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { requireStanding } from '../entitlements/standing.ts';
import { notFitting } from '../kernel/wrong-quantity.rules.ts';
import { HOLDS, Lend, requireLendable } from '../leases/lend.ts';
import { requireOpen } from './require-open.ts';

type Asked = Input<typeof checkEntitlement>;

@Controller()
export class CheckEntitlement {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly lend: Lend,
    private readonly bus: Bus,
  ) {}

  @Handles(checkEntitlement)
  async handle({ input, caller, refuse }: OperationContext<typeof checkEntitlement>): Promise<Check> {
    const { orgId } = caller;
    if (!orgId) throw forbidden({}, 'A check is for an organisation: call with one.');
    if (!input.hold) return this.answer(orgId, input);
    if (PLATFORM_METERS.has(input.feature) && caller.kind !== 'service') {
      throw forbidden({}, `${input.feature} is counted by the platform itself. Hold meters of your own.`);
    }
    return this.hold(refuse, orgId, input, input.hold);
  }

  /** Reads only, each query in one round trip. */
  private answer(orgId: string, input: Asked): Promise<Check> {
    return this.tenants.read(orgId, async (tx) => {
      const standing = await requireStanding(tx, this.bus);
      if (standing.snapshot.features[input.feature]?.kind !== 'metered') {
        return judge(standing.snapshot, { ...input, quantity: quantityOf(input, 0) });
      }
      const window = currentWindow(standing, input.feature);
      const [balance] = await findBalances(tx, orgId, [window]);
      const resetsAt = asText(standing, window).end;
      const { decimals, ...counted } = { ...NOTHING_USED, ...balance };
      const units = (steps: number) => unitsOf(steps, decimals);
      return judge(
        standing.snapshot,
        { ...input, quantity: quantityOf(input, decimals) },
        {
          used: units(counted.used),
          reserved: units(counted.reserved),
          drawn: units(counted.drawn),
          credits: units(counted.credits),
          elsewhere: units(counted.elsewhere),
          decimals,
          resetsAt,
        },
      );
    });
  }

  private async hold(
    refuse: Refuse<typeof holdEnded>,
    orgId: string,
    input: Asked,
    { key, ttlSeconds }: NonNullable<Asked['hold']>,
  ): Promise<Check> {
    const { feature } = input;
    const quantity = quantityOf(input, 0);
    const request = { want: quantity, whole: true, holderId: HOLDS, leaseKey: key, ttlSeconds, hold: true };
    const loan = await this.lend.take(orgId, feature, request);
    const { standing, window, balance, leaseId, granted, spent, expiresAt } = loan;
    const { features } = standing.snapshot;
    if (features[feature] && features[feature].kind !== 'metered') {
      throw invalid('/hold', 'not_metered', '{feature} is not metered: nothing of it can be held. Check it without.', {
        feature,
      });
    }
    requireLendable(loan, '/hold');
    // As it is after the hold: what was asked for is decided.
    const { used, reserved, drawn, credits, elsewhere } = balance;
    const after = { used, reserved, drawn, credits, elsewhere, resetsAt: asText(standing, window).end };
    if (!leaseId) {
      const refused = judge(standing.snapshot, { ...input, quantity }, after);
      return { ...refused, allowed: false, reason: refused.reason ?? 'limit_reached' };
    }
    const check = judge(standing.snapshot, { ...input, quantity: 0 }, after);
    requireOpen(refuse, { id: leaseId, spent, expired: Date.parse(expiresAt) <= standing.now });
    if (granted !== quantity) {
      throw invalid(
        '/quantity',
        'another_hold',
        'The hold of this key is for {granted}. Another hold needs another key.',
        { granted },
      );
    }
    return { ...check, allowed: true, reason: null, holdId: leaseId, expiresAt };
  }
}

function quantityOf({ quantity }: Asked, decimals: number): number {
  const steps = stepsOf(quantity, decimals);
  if (steps) return unitsOf(steps, decimals);
  throw notFitting('/quantity', decimals);
}

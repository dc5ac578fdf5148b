import { Controller } from '@nestjs/common';
import { creditsChanged } from '@tidegate/contracts/billing/credits';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { emitLow } from '../balances/emit-low.ts';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { beginPeriodChange, lockQuotas } from '../entitlements/entitlement-snapshot.rows.ts';
import { findStored } from '../entitlements/standing.ts';
import { saveCredit } from './credit.rows.ts';

/**
 * Stores prepaid units as billing says that they are. Nobody counts meanwhile: whoever counts afterwards draws from them.
 * Thresholds that they moved beyond the use are announced again when they are reached, and those that an end of them moved
 * below it, at once.
 */
@Controller()
export class StoreCredits {
  @On(creditsChanged)
  async handle({ data, orgId, tx, emit }: EventContext<typeof creditsChanged>): Promise<void> {
    const { credit, free } = data;
    const { id, feature: meter, amount, priority, from, until, givenAt: given, name } = credit;
    if (!orgId) throw new Error('Prepaid units belong to an organisation.');
    await beginPeriodChange(tx);
    await lockQuotas(tx, orgId);
    await saveCredit(tx, orgId, { id, meter, amount, priority, free, from, until, given, name });
    const standing = await findStored(tx);
    if (standing?.snapshot.features[meter]?.kind !== 'metered') return;
    const window = currentWindow(standing, meter);
    const reached = await reachedIn(tx, [{ ...window, orgId }]);
    await emitReached(tx, emit, reached, () => asText(standing, window));
    await emitLow(tx, emit, [{ ...window, orgId }]);
  }
}

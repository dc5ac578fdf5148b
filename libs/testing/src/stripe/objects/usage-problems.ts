import type { Account } from '../kernel/account.ts';
import type { MeterEvent } from './usage.ts';
import { meterOf } from './usage.ts';

/** What Stripe finds wrong with an event after it has answered: told by a thin event only. */
export function reportProblem(account: Account, event: MeterEvent & { problem: string | null }): void {
  if (!event.problem) return;
  const meter = meterOf(account, event.eventName);
  const type = meter ? 'v1.billing.meter.error_report_triggered' : 'v1.billing.meter.no_meter_found';
  account.emitThin(type, meter ? { id: meter.id, type: 'billing.meter', url: `/v1/billing/meters/${meter.id}` } : null);
}

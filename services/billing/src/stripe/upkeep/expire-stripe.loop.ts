import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';
import { Metrics } from '@tidegate/telemetry/metrics';
import { expireCalls } from '../client/stripe-call.rows.ts';
import { countEvents, expireEvents } from '../inbox/stripe-event.rows.ts';
import { expireDrifts } from '../mirror/mirror.rows.ts';
import { countUsageLate, expireUsage } from '../usage/usage-report.rows.ts';

const AT_ONCE = 2_000;
/** Longer than events can come again, and than Stripe remembers a key. */
const EVENT_DAYS = 35;
const CALL_DAYS = 60;
const DRIFT_DAYS = 90;
/** Two months after its end nothing of a period is charged any more. A period has hundreds of hours. */
const USAGE_DAYS = 60;
const USAGE_AT_ONCE = 20;

/** What no repetition can need any more; and how many events wait for an operator. */
@Injectable()
export class ExpireStripe {
  constructor(
    private readonly tenants: TenantDatabase,
    metrics: Metrics,
  ) {
    metrics.watched(
      'tidegate_stripe_usage_late',
      'Organisations whose usage should have been reported to Stripe half an hour ago',
      { service: 'billing' },
      () => countUsageLate(tenants.reader({ system: 'stripe' })),
    );
    for (const state of ['dead', 'quarantined'] as const) {
      metrics.watched(
        'tidegate_stripe_events',
        'Events of Stripe that wait for an operator, by state',
        { service: 'billing', state },
        () => countEvents(tenants.reader({ system: 'stripe' }), state),
      );
    }
  }

  @Loop({ name: 'expire-stripe', everyMs: 3_600_000 })
  async turn(): Promise<TurnResult> {
    const expired = await this.tenants.system('stripe', async (tx) => [
      await expireEvents(tx, EVENT_DAYS, AT_ONCE),
      await expireCalls(tx, CALL_DAYS, AT_ONCE),
      await expireDrifts(tx, DRIFT_DAYS, AT_ONCE),
      await expireUsage(tx, USAGE_DAYS, USAGE_AT_ONCE),
    ]);
    return expired.includes(AT_ONCE) ? 'again' : undefined;
  }
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Log } from '@tidegate/telemetry/log';
import { readClock } from '../../kernel/subscription.rows.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { saveDrifts } from '../mirror/mirror.rows.ts';
import { findUnsentHours, holdUsage, type UsageDue, type UsageHourRow, usageSent } from './usage-report.rows.ts';

const AT_ONCE = 50;

/**
 * Reports to Stripe what hours amount to. An hour's total replaces what was reported before, and each revision has a name of its own:
 *
 *   stored → sent → recorded as sent
 *               ↳ died here: sent again under the same name, which Stripe knows already; that is success
 *
 * Two that send at once could let an older total come last, so whoever has lost its hold on the organisation stops.
 */
@Injectable()
export class SendUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly log: Log,
  ) {}

  /** Answers whether everything is sent. */
  async send(due: UsageDue): Promise<boolean> {
    const { org_id: orgId } = due;
    for (;;) {
      const { at, held, hours } = await this.tenants.run(orgId, async (tx) => {
        const now = await readClock(tx);
        const held = await holdUsage(tx.as({ system: 'stripe' }), due, now);
        return { at: now, held, hours: held ? await findUnsentHours(tx, AT_ONCE) : [] };
      });
      if (!held) return false;
      if (hours.length === 0) return true;
      const sent: UsageHourRow[] = [];
      try {
        for (const hour of hours) {
          await this.sendOne(orgId, hour);
          sent.push(hour);
        }
      } finally {
        if (sent.length > 0) await this.tenants.run(orgId, (tx) => usageSent(tx, sent, at));
      }
    }
  }

  private async sendOne(orgId: string, { meter, stamp, customer_id, quantity, revision }: UsageHourRow): Promise<void> {
    const hour = Math.floor(stamp.getTime() / 3_600_000);
    const of = createHash('sha256').update(meter).digest('base64url').slice(0, 12);
    const event = {
      event_name: meter,
      identifier: `${orgId}:${of}:${hour}:${revision}`,
      timestamp: Math.floor(stamp.getTime() / 1_000),
      payload: { stripe_customer_id: customer_id, value: quantity },
    };
    try {
      await this.api.call('POST /v1/billing/meter_events', (stripe) => stripe.billing.meterEvents.create(event));
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      if (isKnown(error)) return;
      // It stays as Stripe has it: whoever runs this installation decides what becomes of it.
      const what = `usage ${meter} ${stamp.toISOString()}`;
      this.log.error({ orgId, meter, stamp, quantity, refusal }, 'Stripe does not take the usage of an hour');
      await this.tenants.run(orgId, (tx) => saveDrifts(tx, [{ what, ours: quantity, theirs: refusal }]));
    }
  }
}

/** Reported before, by an attempt whose answer was lost. */
const isKnown = (error: unknown): boolean =>
  /already exists with identifier/i.test((error as { cause?: Error }).cause?.message ?? '') ||
  refusalOf(error) === 'duplicate_meter_event';

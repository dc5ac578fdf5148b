import { Controller } from '@nestjs/common';
import { DEMO_DAYS, demoFill } from '@tidegate/contracts/kernel/demo';
import { DAY_MS } from '@tidegate/contracts/kernel/demo-shape';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { findStored } from '../entitlements/standing.ts';
import { ensureEventDays } from '../ingestion/event-days.ts';
import { findMeters } from '../meters/meter.rows.ts';
import { replaceUse } from './demo.rows.ts';
import { eventsOf } from './made-up.rules.ts';

/** A meter that only adds up, in each part: its events of the whole time, and the sums of them. */
@Controller()
export class FillDemo {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(demoFill.usage)
  async handle({ input, tx }: OperationContext<(typeof demoFill)['usage']>) {
    // A transaction of its own, before ours has begun.
    await ensureEventDays(this.tenants, { back: DEMO_DAYS + 1, ahead: 1 });
    await beginCounting(tx);
    const standing = await findStored(tx);
    if (!standing?.snapshot.demo) throw conflict({}, 'Only the demo organisation is filled.');
    const { features } = standing.snapshot;
    const meters = (await findMeters(tx)).filter(
      ({ meter, aggregate }) => features[meter]?.kind === 'metered' && (aggregate === 'sum' || aggregate === 'count'),
    );
    const one = meters[input.part];
    const grant = one && features[one.meter];
    if (!one || grant?.kind !== 'metered') return { next: null, written: { usageEvents: 0 } };
    const until = Date.parse(input.until);
    const made = { meter: one.meter, place: input.part, grant, scale: 10 ** one.decimals };
    const events = eventsOf(made, standing.periods, { from: until - DEMO_DAYS * DAY_MS, until });
    await replaceUse(tx, one.meter, events);
    const next = input.part + 1 < meters.length ? input.part + 1 : null;
    return { next, written: { usageEvents: events.length } };
  }
}

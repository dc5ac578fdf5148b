import { Controller } from '@nestjs/common';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { conflict } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { beginCounting, lockSnapshot } from '../entitlements/entitlement-snapshot.rows.ts';
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
    // Days are made in a transaction of their own, before ours has begun.
    const { from, until, back } = demoRange(input);
    await ensureEventDays(this.tenants, { back, ahead: 1 });
    await beginCounting(tx);
    // Whoever fills it at the same time waits.
    await lockSnapshot(tx, tx.orgId ?? '');
    const standing = await findStored(tx);
    if (!standing?.snapshot.demo) throw conflict({}, 'Only the demo organisation is filled.');
    const { features } = standing.snapshot;
    const meters = (await findMeters(tx)).filter(
      ({ meter, aggregate }) => features[meter]?.kind === 'metered' && (aggregate === 'sum' || aggregate === 'count'),
    );
    const one = meters[input.part];
    const grant = one && features[one.meter];
    if (!one || grant?.kind !== 'metered') return { next: null, written: { usageEvents: 0 } };
    const made = { meter: one.meter, place: input.part, grant, scale: 10 ** one.decimals };
    const events = eventsOf(made, standing.periods, { from, until });
    await replaceUse(tx, one.meter, events);
    const next = input.part + 1 < meters.length ? input.part + 1 : null;
    return { next, written: { usageEvents: events.length } };
  }
}

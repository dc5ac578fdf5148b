import { Controller } from '@nestjs/common';
import { notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import type { DetailOf } from '@tidegate/contracts/kernel/problem-texts';
import {
  applyBackfill,
  type Backfill,
  type BackfillPreview,
  backfillOver,
  previewBackfill,
  revertBackfill,
  usageBackfilled,
} from '@tidegate/contracts/usage/backfills';
import { previewUsageCharges } from '@tidegate/contracts/usage/usage-charges';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding } from '../entitlements/standing.ts';
import { isByDifference } from '../ingestion/aggregate.rules.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { UsageConfig } from '../usage.config.ts';
import {
  type BackfillRow,
  findBackfill,
  findChanges,
  insertBackfill,
  saveApplied,
  saveReverted,
} from './backfill.rows.ts';
import { type Asked, Backfills, operatorOf, summed } from './backfills.ts';
import { undone } from './plan-backfill.rules.ts';
import { readBackfill } from './read-backfill.rules.ts';
import { toWire } from './show-backfills.ts';

/**
 * previewed ──apply──► applied ──revert──► reverted
 *
 * What is shown before is only shown: what is applied is decided against what is counted by then, while nobody else counts
 * events of the meter.
 */
@Controller()
export class RunBackfills {
  constructor(
    private readonly backfills: Backfills,
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly config: UsageConfig,
  ) {}

  @Handles(previewBackfill)
  async preview({ input, caller, tx, refuse }: OperationContext<typeof previewBackfill>): Promise<Backfill> {
    const { orgId, by } = operatorOf(caller);
    const id = newId();
    // Billing is asked without a transaction.
    const { asked, counted, meter, shown } = await this.tenants.run(orgId, async (own) => {
      const standing = await requireStoredStanding(own, this.bus);
      const found = await requireMeter(refuse, own, input.meter);
      const read = readBackfill(input, found, { id, now: standing.now, days: this.config.USAGE_EVENT_DAYS });
      const made = await this.backfills.plan(own, orgId, read, found);
      const counted = await this.backfills.count(own, standing, found, made.changes, { save: false });
      const preview = await this.backfills.preview(own, standing, found, { ...made, changes: counted });
      return { asked: read, counted, meter: found, shown: preview };
    });
    const changes = summed(counted);
    const { charges } = await this.bus.call(previewUsageCharges, { meter: meter.meter, changes }, { orgId });
    const preview: BackfillPreview = { ...shown, charges };
    await insertBackfill(tx, orgId, { ...asked, reason: input.reason, created_by: by, preview });
    return toWire(await this.find(tx, orgId, id));
  }

  @Handles(applyBackfill)
  async apply({ input, caller, tx, emit, refuse }: OperationContext<typeof applyBackfill>): Promise<Backfill> {
    const { orgId, by } = operatorOf(caller);
    const { backfillId: id } = input;
    const { standing, row, epoch } = await this.begin(tx, orgId, id);
    if (row.state === 'applied') return toWire(row);
    if (row.state === 'reverted') throw over(refuse, row, 'It was taken back: ask for a new one.');
    const meter = await requireMeter(refuse, tx, row.meter);
    const plan = await this.backfills.plan(tx, orgId, askedIn(row), meter);
    const counted = await this.backfills.count(tx, standing, meter, plan.changes, { save: false });
    const shown = await this.backfills.preview(tx, standing, meter, { ...plan, changes: counted });
    const reason = `Backfill ${id}: ${row.reason}`;
    const changes = await this.backfills.write(tx, emit, standing, plan.changes, { meter, reason, by, epoch });
    await this.backfills.keep(tx, orgId, id, changes);
    await saveApplied(tx, orgId, id, by, { ...shown, charges: row.preview.charges });
    const done = { action: 'applied' as const, backfillId: id, by, reason: row.reason };
    await emit(usageBackfilled, { ...changedBy(orgId, row), done }, { orgId });
    return toWire(await this.find(tx, orgId, id));
  }

  @Handles(revertBackfill)
  async revert({ input, caller, tx, emit, refuse }: OperationContext<typeof revertBackfill>): Promise<Backfill> {
    const { orgId, by } = operatorOf(caller);
    const { backfillId: id } = input;
    const { standing, row, epoch } = await this.begin(tx, orgId, id);
    if (row.state === 'reverted') return toWire(row);
    if (row.state === 'previewed') throw over(refuse, row, 'It was not applied: there is nothing to take back.');
    const meter = await requireMeter(refuse, tx, row.meter);
    await this.backfills.lock(tx, orgId, row.meter);
    const changes = await findChanges(tx, orgId, id, { values: isByDifference(meter.aggregate) });
    // Whatever has become of an event since, it counts what it counted before.
    const back = undone(changes).flatMap(({ now, ...change }) =>
      now === change.after ? [] : [{ ...change, before: now }],
    );
    const reason = `Backfill ${id} taken back: ${input.reason}`;
    await this.backfills.write(tx, emit, standing, back, { meter, reason, by, epoch });
    await saveReverted(tx, orgId, id, by, input.reason);
    const done = { action: 'reverted' as const, backfillId: id, by, reason: input.reason };
    await emit(usageBackfilled, { ...changedBy(orgId, row), done }, { orgId });
    return toWire(await this.find(tx, orgId, id));
  }

  /** Locks the backfill, with whatever must be there before its events are counted. */
  private async begin(tx: Tx, orgId: string, id: string) {
    const known = await this.tenants.read(orgId, (own) => this.find(own, orgId, id));
    await this.backfills.ensurePartitions(askedIn(known));
    const epoch = await beginCounting(tx);
    const standing = await requireStoredStanding(tx, this.bus);
    return { standing, epoch, row: await this.find(tx, orgId, id, true) };
  }

  private async find(tx: Tx, orgId: string, id: string, lock = false): Promise<BackfillRow> {
    const row = await findBackfill(tx, orgId, id, lock);
    if (!row) throw notFound({}, 'There is no such backfill.');
    return row;
  }
}

const askedIn = ({ from_at, until_at, ...row }: BackfillRow): Asked => ({
  ...row,
  from: from_at.toISOString(),
  to: until_at.toISOString(),
});

const changedBy = (orgId: string, { meter, from_at, until_at }: BackfillRow) => ({
  ...{ orgId, meter },
  from: from_at.toISOString(),
  to: until_at.toISOString(),
});

const over = (refuse: Refuse<typeof backfillOver>, { state }: BackfillRow, advice: DetailOf<'backfill_over'>) =>
  refuse(backfillOver, { state }, advice);

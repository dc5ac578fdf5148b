import { Injectable } from '@nestjs/common';
import { periodsOf } from '@tidegate/contracts/billing/snapshot';
import { textOf } from '@tidegate/contracts/usage/quantity';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { findEntitlements } from '../../entitlements/entitlements.rows.ts';
import { lineUsage } from '../../invoices/line-usage.rules.ts';
import { readClock } from '../../kernel/subscription.rows.ts';
import { findPlanVersion } from '../../plans/catalogue.rows.ts';
import { findUsageLines, saveLineUsage, type UsageLine } from '../mirror/shown-invoice.rows.ts';
import { readLookupKey, type SoldUsage } from '../prices/lookup-key.rules.ts';
import { LateUsage } from './late-usage.ts';
import { decimalOf, millionths, ONE } from './quantity.rules.ts';
import { SendUsage } from './send-usage.ts';
import {
  doItemsWait,
  findUsagePeriods,
  holdUsage,
  saveIncluded,
  saveUsageHours,
  type UsageDue,
  type UsagePeriodRow,
} from './usage-report.rows.ts';
import { type Counting, chargedUpTo, keyOf, type Slot, type Span, slotsOf, spansUpTo } from './usage-slots.rules.ts';

/** Usage takes no older events. */
export const EVENTS_COME_MS = 36 * 86_400_000;
const MOST_SPANS = 200;
/** Events come late, though rarely later: all hours are read once a day, and when a period is over. */
const RECENT_SLOTS = 48;

export interface Counted {
  row: UsagePeriodRow;
  sold: SoldUsage;
  counting: Counting;
}

/**
 * One turn at the usage of an organisation that Stripe charges:
 *
 *   asked   usage is asked for the sums that decide what was beyond the limits, without a connection
 *   open    the totals of hours are stored, and those that changed are sent
 *   charged what has come since the invoice is charged with the next one
 */
@Injectable()
export class ReportUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly sending: SendUsage,
    private readonly late: LateUsage,
  ) {}

  /** `whole`: every hour, and what was charged too little or too much. Answers what is counted. */
  async report(
    due: UsageDue,
    { whole }: { whole: boolean },
  ): Promise<{ at: number; counted: Counted[]; itemsWait: boolean }> {
    const { org_id: orgId } = due;
    const { at, counted } = await this.tenants.run(orgId, (tx) => this.counted(tx));
    const open = counted.filter(({ row }) => row.invoiced === null);
    const closed = whole ? counted.filter(({ row }) => row.invoiced !== null) : [];
    const asked = open.map((one) => ({ ...one, slots: slotsToAsk(one, at, whole) }));
    const spans = [
      ...asked.flatMap(({ counting, slots }) => instantsOf(slots).flatMap((until) => spansUpTo(counting, until))),
      ...closed.flatMap(({ counting }) => spansUpTo(counting, counting.period.end)),
    ];
    const sums = await this.ask(orgId, spans);
    const held = await this.tenants.run(orgId, async (tx) => {
      // Whoever was slow to learn the sums would put older ones in the place of newer.
      if (!(await holdUsage(tx.as({ system: 'stripe' }), due, await readClock(tx)))) return false;
      for (const { row, counting, slots } of asked) {
        const upTo = (until: number) => chargedUpTo(counting, until, sums);
        const hours = slots.map(({ stamp, start, end }) => ({ stamp, quantity: decimalOf(upTo(end) - upTo(start)) }));
        await saveUsageHours(tx, row, hours);
      }
      return true;
    });
    if (!held) return { at, counted, itemsWait: false };
    await this.sending.send(due);
    for (const one of closed)
      await this.late.charge(orgId, one, chargedUpTo(one.counting, one.counting.period.end, sums));
    await this.explainAll(orgId, counted, whole);
    const waits = () => this.tenants.run(orgId, doItemsWait);
    if (whole && (await waits())) await this.late.invoiceWaiting(orgId);
    return { at, counted, itemsWait: await waits() };
  }

  /** The periods, each with the limit that is, or was, in force. */
  private async counted(tx: Tx): Promise<{ at: number; counted: Counted[] }> {
    const at = await readClock(tx);
    const rows = await findUsagePeriods(tx, at - EVENTS_COME_MS);
    const snapshot = (await findEntitlements(tx, tx.orgId as string))?.snapshot;
    const counted: Counted[] = [];
    for (const row of rows) {
      const sold = readLookupKey(row.lookup_key);
      if (sold?.kind !== 'usage' || !snapshot) continue;
      const grant = (await findPlanVersion(tx, sold.product, sold.plan, sold.version))?.features[sold.feature];
      if (grant?.kind !== 'metered') continue;
      const now = snapshot.features[sold.feature];
      const inForce = snapshot.plans[sold.product];
      const goesOn =
        row.period_end.getTime() > at && inForce?.plan === sold.plan && inForce.planVersion === sold.version;
      let included = row.included === null ? null : Number(row.included);
      if ((goesOn && now?.kind === 'metered') || row.unlimited === null) {
        included = goesOn && now?.kind === 'metered' ? now.limit : grant.limit;
        await saveIncluded(tx, row, included);
      }
      const period = { start: row.period_start.getTime(), end: row.period_end.getTime() };
      const steps = periodsOf(snapshot, sold.feature);
      counted.push({
        row,
        sold,
        counting: { feature: sold.feature, per: grant.per ?? 'month', included, period, steps },
      });
    }
    return { at, counted };
  }

  /** Lines of invoices that are final say what was used and what paid for it: at once, and as it is known a day later. */
  private async explainAll(orgId: string, counted: readonly Counted[], whole: boolean): Promise<void> {
    const closed = counted.filter(({ row }) => row.invoiced !== null);
    if (closed.length === 0) return;
    const lines = await this.tenants.run(orgId, (tx) => findUsageLines(tx));
    for (const one of closed) {
      const line = { item: `usage:${one.sold.feature}`, start: one.row.period_start, end: one.row.period_end };
      const known = lines.find(({ item, start }) => item === line.item && start.getTime() === line.start.getTime());
      if (known && (whole || !known.explained)) await this.explain(orgId, one, line);
    }
  }

  private async explain(orgId: string, { row, sold: { feature: meter } }: Counted, line: UsageLine): Promise<void> {
    const of = { meter, from: row.period_start.toISOString(), to: row.period_end.toISOString() };
    const { covered = [], decimals } = await this.bus.call(sumUsage, { spans: [of], covered: true }, { orgId });
    const [digits = 0] = decimals;
    const charged = (millionths(row.invoiced ?? '0') * 10n ** BigInt(digits)) / ONE;
    const usage = lineUsage(of, { covered, decimals: digits }, charged);
    await this.tenants.run(orgId, (tx) => saveLineUsage(tx, line, usage));
  }

  private async ask(orgId: string, spans: readonly Span[]): Promise<Map<string, bigint>> {
    const wanted = [...new Map(spans.map((span) => [keyOf(span), span])).values()];
    const sums = new Map<string, bigint>();
    for (let at = 0; at < wanted.length; at += MOST_SPANS) {
      const some = wanted.slice(at, at + MOST_SPANS);
      const answer = await this.bus.call(sumUsage, { spans: some }, { orgId });
      for (const [index, span] of some.entries()) {
        const steps = textOf(answer.sums[index] ?? 0, answer.decimals[index] ?? 0);
        sums.set(keyOf(span), millionths(steps));
      }
    }
    return sums;
  }
}

function slotsToAsk({ counting: { period } }: Counted, at: number, whole: boolean): Slot[] {
  const slots = slotsOf(period, at);
  return whole || period.end <= at ? slots : slots.slice(-RECENT_SLOTS);
}

const instantsOf = (slots: readonly Slot[]): number[] => [...new Set(slots.flatMap(({ start, end }) => [start, end]))];

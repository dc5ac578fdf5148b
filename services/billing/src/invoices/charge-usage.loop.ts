import { Injectable } from '@nestjs/common';
import { textOf } from '@tidegate/contracts/usage/quantity';
import { type Covered, sumUsage } from '@tidegate/contracts/usage/sums';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { lockBilling } from '../kernel/subscription.rows.ts';
import { CHARGE_USAGE, LATE_MS } from './charges.ts';
import { lockAccount } from './invoice.rows.ts';
import { addItems, type NewItem } from './invoice-item.rows.ts';
import { IssueInvoice } from './issue-invoice.ts';
import { lineUsage } from './line-usage.rules.ts';
import { findChargesDue, findOpenCharges, saveCharged, type UsageChargeRow } from './usage-charge.rows.ts';
import { type Counted, owedFor, type Span, spansOf } from './usage-charge.rules.ts';

const AT_ONCE = 100;
const AFTER_FAILURE_MS = 60_000;
/** Usage does not take older events. */
const EVENTS_COME_MS = 36 * 86_400_000;

/*
 * Charges the usage of windows that are over:
 *
 *   one hour after its end   what is beyond the limit, on an invoice
 *   with every later window  what has come since: the difference between what is owed and what was charged, for the dates
 *                            to which it belongs
 *   36 days after its end    the same for the last time
 *
 * The sums are asked for without a connection. The lock then lets one replica after the other in: each charges only windows
 * that nobody has charged since it asked, so no older sum follows a newer one. The effect's key counts the charges of a window.
 */
@Injectable()
export class ChargeUsage {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly outbox: Outbox,
    private readonly invoices: IssueInvoice,
    private readonly log: Log,
  ) {}

  @Loop({ name: CHARGE_USAGE, everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { due, nextInMs } = await findChargesDue(
      this.tenants.reader({ system: 'billing' }),
      AT_ONCE,
      this.apart.ids(),
    );
    await each(
      due.map((orgId) => ({ orgId })),
      { signal, log: this.log, what: 'Charging usage', failing: ({ orgId }) => this.apart.add(orgId) },
      ({ orgId }) => this.charge(orgId),
    );
    return due.length > 0 ? 'again' : this.apart.next(nextInMs);
  }

  private async charge(orgId: string): Promise<void> {
    const rows = await this.tenants.read(orgId, (tx) => findOpenCharges(tx, orgId, LATE_MS));
    const asked = rows.map((row) => spansOf(row));
    const spans = asked.flat();
    const sums: number[] = [];
    const decimals: number[] = [];
    const covered: Covered[] = [];
    for (let at = 0; at < spans.length; at += MOST_SPANS) {
      const some = spans.slice(at, at + MOST_SPANS);
      const answer = await this.bus.call(sumUsage, { spans: some, covered: true }, { orgId });
      sums.push(...answer.sums);
      decimals.push(...answer.decimals);
      covered.push(...(answer.covered ?? []));
    }
    const owed = new Map<string, Owed>();
    let taken = 0;
    for (const [index, row] of rows.entries()) {
      const own = asked[index] as Span[];
      const last = taken + own.length;
      const counted = { sums: sums.slice(taken, last).map(BigInt), covered: covered.slice(taken, last) };
      owed.set(keyOf(row), { was: stateOf(row), ...counted, decimals: decimals[taken] ?? 0 });
      taken += own.length;
    }
    await this.tenants.run(orgId, (tx) => this.store(tx, orgId, owed));
  }

  private async store(tx: Tx, orgId: string, owed: ReadonlyMap<string, Owed>): Promise<void> {
    await lockBilling(tx, orgId);
    await lockAccount(tx, orgId);
    const items: NewItem[] = [];
    for (const row of await findOpenCharges(tx, orgId, LATE_MS)) {
      const known = owed.get(keyOf(row));
      // Another replica has charged it since the sums were asked for, and may know later ones.
      if (known?.was !== stateOf(row)) continue;
      const item = await this.chargeWindow(tx, orgId, row, known);
      if (item) items.push(item);
    }
    if (items.length === 0) return;
    await addItems(tx, orgId, items);
    await this.invoices.issue(tx, this.outbox.emitter(tx), { orgId, by: 'schedule', onlyOwed: true });
  }

  /** What a window owes more, or less, than it was charged. */
  private async chargeWindow(
    tx: Tx,
    orgId: string,
    row: UsageChargeRow,
    counted: Counted,
  ): Promise<NewItem | undefined> {
    const { decimals } = counted;
    const { quantity, amount } = owedFor(row, counted);
    const difference = amount - BigInt(row.charged_minor);
    const more = quantity - BigInt(row.charged_quantity);
    const last = row.until_at.getTime() + EVENTS_COME_MS;
    const charges = row.charges + (difference === 0n ? 0 : 1);
    const dueAt = row.now.getTime() >= last ? null : new Date(last);
    // What costs nothing more gets no line: the next line of the window has its quantity too.
    const charged = difference === 0n ? BigInt(row.charged_quantity) : quantity;
    await saveCharged(tx, orgId, row, { quantity: charged, amountMinor: amount, charges, dueAt });
    if (difference === 0n) return undefined;
    const late = row.charges > 0 ? ', counted later' : '';
    return {
      effectKey: `usage:${row.product}:${row.feature}:${row.from_at.toISOString()}:${charges}`,
      product: row.product,
      item: `usage:${row.feature}`,
      description: `${row.name}, beyond what is included${late}`,
      quantity: textOf(more, decimals),
      currency: row.currency,
      amountMinor: difference,
      periodStart: row.from_at.toISOString(),
      periodEnd: row.until_at.toISOString(),
      by: 'schedule',
      usage: usageOf(row, counted, quantity),
    };
  }
}

/** Which events a line is about, what they added up to, and what paid for those that are not charged. */
const usageOf = ({ feature: meter, from_at, until_at }: UsageChargeRow, counted: Counted, charged: bigint) =>
  lineUsage({ meter, from: from_at.toISOString(), to: until_at.toISOString() }, counted, charged);

interface Owed extends Counted {
  /** What had been charged when the sums were asked for. */
  was: string;
}

const stateOf = ({ charges, charged_quantity, due_at }: UsageChargeRow): string =>
  `${charges} ${charged_quantity} ${due_at.getTime()}`;

const MOST_SPANS = 200;
const keyOf = ({ product, feature, from_at }: UsageChargeRow): string => `${product} ${feature} ${from_at.getTime()}`;

import { Injectable } from '@nestjs/common';
import { topUpSet, topUpStopped } from '@tidegate/contracts/billing/top-ups';
import { remainingUnits } from '@tidegate/contracts/usage/low';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { SetAside } from '@tidegate/runtime/set-aside';
import { Log } from '@tidegate/telemetry/log';
import { recordChange } from '../../kernel/change.rows.ts';
import { lockBilling } from '../../kernel/subscription.rows.ts';
import { ChargeTopUp } from './charge-top-up.ts';
import {
  databaseNow,
  findOpenOrder,
  findRecentCredits,
  findSpent,
  insertTopUpOrder,
  lockTopUp,
  nextTopUp,
  noteCapped,
  releaseTopUp,
  saveTopUp,
  settledSince,
  type TopUpOrder,
  type TopUpRow,
  takeDueTopUps,
} from './top-up.rows.ts';
import { packagesFor } from './top-up.rules.ts';
import { findTopUpOffer } from './top-up-offer.ts';

export const TOP_UP = 'buy-when-low';
const AT_ONCE = 20;
const AFTER_FAILURE_MS = 60_000;
const HOUR_S = 3_600;

/*
 * Buys packages when units run low. An event of usage only says that they may have; this loop asks how much there is, so
 * order and repetition of events make no difference, and everything is looked at once an hour anyway: prepaid units expire
 * without an event.
 *
 *   low → ordered, one at a time for each feature → charged (charge-top-up.ts) → looked at again: one may not have been enough
 *                                                 → declined: switched off, and the owners are notified
 *
 * An answer of usage that is from before the order that was settled last decides nothing. Units that usage has not received
 * yet are counted as there.
 */
@Injectable()
export class BuyWhenLow {
  private readonly apart = new SetAside(AFTER_FAILURE_MS);

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly charges: ChargeTopUp,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  @Loop({ name: TOP_UP, everyMs: HOUR_S * 1_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const due = await this.tenants.system('stripe', (tx) => takeDueTopUps(tx, AT_ONCE, this.apart.ids()));
    const failing = ({ org_id }: TopUpRow) => this.apart.add(org_id);
    await each(due, { signal, log: this.log, what: 'Topping up', failing }, (one) => this.one(one));
    if (due.length > 0) return 'again';
    return this.apart.next(await nextTopUp(this.tenants.reader({ system: 'stripe' })));
  }

  private async one(row: TopUpRow): Promise<void> {
    const { org_id: orgId, feature } = row;
    const order = await this.tenants.run(orgId, (tx) => findOpenOrder(tx, orgId, feature));
    const decided = order ?? (row.enabled ? await this.decide(row) : undefined);
    const again = decided ? 0 : row.enabled ? HOUR_S : null;
    if (decided && (await this.charges.charge(orgId, decided)) === 'declined') await this.stop(row, 'payment_failed');
    await this.tenants.run(orgId, (tx) => releaseTopUp(tx, row, again));
  }

  /** What has to be bought now, written down before it is. */
  private async decide({ org_id: orgId, feature }: TopUpRow): Promise<TopUpOrder | undefined> {
    const asked = await databaseNow(this.tenants.reader({ orgId }));
    const { remaining, known } = await this.bus.call(remainingUnits, { meter: feature }, { orgId });
    if (remaining === null) return undefined;
    return this.tenants.run(orgId, async (tx) => {
      await lockBilling(tx, orgId);
      const row = await lockTopUp(tx, orgId, feature);
      const open = await findOpenOrder(tx, orgId, feature);
      if (open || !row?.enabled || (await settledSince(tx, orgId, feature, asked))) return open;
      const offer = await findTopUpOffer(tx, orgId, row.package);
      if (!offer || offer.pack.feature !== feature) {
        await this.stopWithin(tx, row, 'package_gone');
        return undefined;
      }
      const received = new Set(known);
      const untold = (await findRecentCredits(tx, orgId, feature)).filter(({ id }) => !received.has(id));
      const left = untold.reduce((sum, { amount }) => sum + Number(amount), remaining);
      const roomMinor = Number(row.monthly_cap_minor) - ((await findSpent(tx, orgId)).get(feature) ?? 0);
      const { pack, currency, priceMinor } = offer;
      const wanted = { left, threshold: Number(row.threshold), amount: pack.amount, priceMinor, roomMinor };
      const { needed, bought } = packagesFor(wanted);
      if (bought < needed && !row.capped) await this.capped(tx, row, pack.name);
      if (bought === 0) return undefined;
      const { package: key, name, amount, expiresDays } = pack;
      const sold = { id: newId(), feature, package: key, name, expires_days: expiresDays, quantity: bought, currency };
      const totalMinor = priceMinor * bought;
      await insertTopUpOrder(tx, orgId, { ...sold, amount, totalMinor });
      return { ...sold, amount: String(amount), total_minor: String(totalMinor) };
    });
  }

  private async capped(tx: Tx, row: TopUpRow, name: string): Promise<void> {
    await noteCapped(tx, row);
    const { org_id: orgId, feature } = row;
    await this.outbox.emitter(tx)(topUpStopped, { orgId, feature, name, reason: 'cap_reached' }, { orgId });
  }

  private stop(row: TopUpRow, reason: 'payment_failed'): Promise<void> {
    return this.tenants.run(row.org_id, async (tx) => {
      await lockBilling(tx, row.org_id);
      const now = await lockTopUp(tx, row.org_id, row.feature);
      if (now?.enabled) await this.stopWithin(tx, now, reason);
    });
  }

  /** Nothing is bought any more; somebody has to be notified. */
  private async stopWithin(tx: Tx, row: TopUpRow, reason: 'payment_failed' | 'package_gone'): Promise<void> {
    const { org_id: orgId, feature, package: key } = row;
    const [threshold, monthlyCapMinor] = [Number(row.threshold), Number(row.monthly_cap_minor)];
    const off = { feature, package: key, enabled: false, threshold, monthlyCapMinor };
    await saveTopUp(tx, orgId, { ...off, stopped: reason, by: 'schedule' });
    const change = { orgId, product: null, action: 'top_up_stopped', by: 'schedule', reason };
    await recordChange(tx, { ...change, before: { ...off, enabled: true }, after: off });
    const emit = this.outbox.emitter(tx);
    const name = (await findTopUpOffer(tx, orgId, key))?.pack.name ?? key;
    await emit(topUpSet, { orgId, feature, threshold: null }, { orgId });
    await emit(topUpStopped, { orgId, feature, name, reason }, { orgId });
  }
}

import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { canFollow, comingQuantity, FOLLOWS_MEMBERS, quantityFor } from '../entitlements/seats.rules.ts';
import { recordChange } from '../kernel/change.rows.ts';
import {
  type DueSeats,
  findSeatFollows,
  noteLowered,
  type SeatFollow,
  saveSeatFollow,
  seatsChecked,
} from '../kernel/seat.rows.ts';
import { findHoldings, readClock } from '../kernel/subscription.rows.ts';
import { isEnded, paidPeriod, type Subscription } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { Payments } from '../subscriptions/payments.ts';
import { type Situation, SubscriptionChanges } from '../subscriptions/subscription-changes.ts';
import { addonsWith, comingSeats, itemsWith, neededFor, type SeatState, seatState } from './seat-state.ts';

interface Wanted {
  state: SeatState;
  /** coming: when the plan begins that is ordered. */
  at: 'now' | 'period_end' | 'coming';
  quantity: number;
}
const WHO = { by: 'schedule', reason: FOLLOWS_MEMBERS };

/** Makes the quantity of the add-on what the members are, as a customer would who changes it: at the same prices. */
@Injectable()
export class FollowMembers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly changes: SubscriptionChanges,
    private readonly payments: Payments,
    private readonly entitlements: AnnounceEntitlements,
  ) {}

  async members(due: DueSeats, members: number): Promise<void> {
    const { orgId } = due;
    const wanted = await this.tenants.snapshot(orgId, (tx) => wantedFor(tx, due, members));
    let written = false;
    if (wanted?.state.one.provider === 'stripe') written = await this.atProvider(orgId, wanted);
    else if (wanted) written = await this.byHand(due, members);
    await this.tenants.run(orgId, (tx) => seatsChecked(tx, due, written));
  }

  /** What is paid for stays; nobody joins beyond it. Somebody has to be told. */
  async stop(
    { orgId, product }: DueSeats,
    stopped: 'payment_failed',
    notify: (emit: Emit, data: { orgId: string; product: string; name: string; quantity: number }) => Promise<void>,
  ): Promise<void> {
    await this.tenants.run(orgId, async (tx) => {
      const follow = (await findSeatFollows(tx, orgId)).find((one) => one.product === product);
      const state = await read(tx, orgId, product, follow);
      if (!follow?.following || !state) return;
      const { monthlyCapMinor } = follow;
      const by = 'schedule';
      await saveSeatFollow(tx, orgId, { product, following: false, monthlyCapMinor, stopped, by });
      const [before, after] = [{ following: true }, { following: false }];
      await recordChange(tx, { orgId, product, action: 'seats_stopped', by, reason: stopped, before, after });
      const emit = this.outbox.emitter(tx);
      await notify(emit, { orgId, product, name: state.sold.name, quantity: state.quantity });
      await this.entitlements.announce(tx, emit, orgId);
    });
  }

  /** Answers whether anything was changed. */
  private async byHand(due: DueSeats, members: number): Promise<boolean> {
    const { orgId, product } = due;
    let written = false;
    await this.tenants.run(orgId, (tx) =>
      this.changes.change(tx, this.outbox.emitter(tx), { orgId, product, ...WHO }, async ({ at, before, steps }) => {
        written = false;
        if (before?.provider !== 'manual') return undefined;
        // Somebody may have changed it since it was looked at.
        const wanted = await wantedFor(tx, due, members);
        if (!wanted) return undefined;
        written = true;
        const { state, quantity } = wanted;
        if (wanted.at === 'now')
          return { after: { ...before, next: null, items: itemsWith(state, quantity, at) }, action: 'changed' };
        // Who ordered it stays who did.
        const next = before.next && { ...before.next, addons: addonsWith(state, quantity) };
        const after =
          wanted.at === 'coming' ? { ...before, next } : renewedWith(before, steps, state, { quantity, at });
        return { after, action: 'change_ordered' };
      }),
    );
    return written;
  }

  /** Outside of any transaction. What it answers is stored before it comes back. */
  private async atProvider(orgId: string, { state, at, quantity }: Wanted): Promise<boolean> {
    const { one } = state;
    const { product, plan, planVersion, interval, ref } = one;
    if (ref === null) return false;
    const paid = { orgId, product, ref, plan, planVersion };
    const addons = addonsWith(state, quantity);
    // As it is now takes back what was ordered for the next period, and costs nothing.
    const now = at === 'now' || quantity === state.quantity;
    await this.payments.change(paid, { plan, planVersion, interval, addons, at: now ? 'now' : 'period_end' });
    await this.tenants.run(orgId, (tx) => noteLowered(tx, orgId, product, now ? null : quantity));
    return true;
  }
}

/**
 * What the number of members makes of what is paid for now, or of what is ordered. undefined: it is so already; also when
 * members have changed, or another replica has counted them, since this one began to.
 */
async function wantedFor(tx: Tx, { orgId, product, checkAt }: DueSeats, members: number): Promise<Wanted | undefined> {
  const follow = (await findSeatFollows(tx, orgId)).find((one) => one.product === product);
  if (follow?.checkAt !== checkAt) return undefined;
  const state = await read(tx, orgId, product, follow);
  if (state) {
    const wanted = quantityFor(neededFor(members, state), { ...state, most: state.most ?? 0 });
    return wanted && { state, ...wanted };
  }
  return comingFor(tx, orgId, follow, members);
}

async function comingFor(tx: Tx, orgId: string, follow: SeatFollow, members: number): Promise<Wanted | undefined> {
  if (!follow.following) return undefined;
  const [catalogue, holdings] = [await requireCatalogue(tx), await findHoldings(tx, orgId)];
  const one = holdings.subscriptions.find(({ product }) => product === follow.product);
  const state = one && (await comingSeats({ tx, orgId, catalogue }, holdings, one, follow));
  if (!state) return undefined;
  const { addon } = state.sold;
  const paid = one.items.find((item) => item.addon === addon)?.quantity ?? 0;
  const quantity = comingQuantity(neededFor(members, state), { ordered: state.quantity, paid });
  return quantity === state.quantity ? undefined : { state, at: 'coming', quantity };
}

/** What there is of the seats of a product. undefined: nothing follows. */
async function read(
  tx: Tx,
  orgId: string,
  product: string,
  follow: SeatFollow | undefined,
): Promise<SeatState | undefined> {
  if (!follow?.following) return undefined;
  const [catalogue, holdings, at] = [await requireCatalogue(tx), await findHoldings(tx, orgId), await readClock(tx)];
  const one = holdings.subscriptions.find((each) => each.product === product);
  if (!one || isEnded(one) || !canFollow(one)) return undefined;
  return seatState({ tx, orgId, catalogue, at }, holdings, one, follow);
}

function renewedWith(
  before: Subscription,
  steps: Situation['steps'],
  state: SeatState,
  { quantity, at }: { quantity: number; at: number },
): Subscription {
  // As it is: what was ordered because members left is taken back.
  if (quantity === state.quantity) return { ...before, next: null, orderedBy: null };
  const { plan, planVersion, interval } = before;
  const ends = paidPeriod(before, steps, at).end;
  return {
    ...before,
    next: { plan, planVersion, interval, at: ends, ...WHO, addons: addonsWith(state, quantity) },
    orderedBy: null,
  };
}

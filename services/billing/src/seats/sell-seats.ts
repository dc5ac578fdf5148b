import { Controller } from '@nestjs/common';
import { followMembers, getSeats, type Seats, seatsNotSold } from '@tidegate/contracts/billing/seats';
import { conflict, invalid } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { AnnounceEntitlements, FOLLOW_SEATS } from '../entitlements/announce-entitlements.ts';
import { recordChange } from '../kernel/change.rows.ts';
import { findSeatFollows, type SeatFollow, saveSeatFollow } from '../kernel/seat.rows.ts';
import { changedBy, findHoldings, lockBilling, readClock } from '../kernel/subscription.rows.ts';
import { isEnded } from '../kernel/subscription.rules.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';
import { CountMembers } from './count-members.ts';
import { type SeatState, seatState } from './seat-state.ts';

/** What there is of members that are bought. */
@Controller()
export class SellSeats {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: AnnounceEntitlements,
    private readonly wakes: Wakes,
    private readonly count: CountMembers,
  ) {}

  @Handles(getSeats)
  async get({ caller }: OperationContext<typeof getSeats>) {
    const orgId = caller.orgId as string;
    const { states, follows } = await this.tenants.snapshot(orgId, (tx) => readSeats(tx, orgId));
    if (states.length === 0) return { items: [] };
    const members = await this.count.of(orgId);
    return { items: states.map((state) => toWire(state, followOf(follows, state), members)) };
  }

  @Handles(followMembers)
  async follow({ input, caller, tx, emit, refuse }: OperationContext<typeof followMembers>): Promise<Seats> {
    const { product, following } = input;
    const orgId = caller.orgId as string;
    await lockBilling(tx, orgId);
    const { states, follows } = await readSeats(tx, orgId);
    const state = states.find(({ one }) => one.product === product);
    const had = follows.find((one) => one.product === product);
    if (!state) throw refuse(seatsNotSold, { product }, 'Choose a plan that does: GET /api/v1/billing/plans');
    const monthlyCapMinor = input.monthlyCapMinor ?? had?.monthlyCapMinor;
    if (following && monthlyCapMinor === undefined) {
      throw invalid('/monthlyCapMinor', 'required', 'Say the most that they may cost in a month.');
    }
    const other = states.find(({ one, sold }) => one.product !== product && sold.feature === state.sold.feature);
    if (following && other && followOf(follows, other)?.following) {
      throw conflict({}, `Members are bought with ${other.one.product} already. Switch that off first.`);
    }
    const saved = { product, following, monthlyCapMinor: monthlyCapMinor ?? 0, by: changedBy(caller) };
    await saveSeatFollow(tx, orgId, saved);
    if (isOther(had, saved)) {
      const before = had && { following: had.following, monthlyCapMinor: had.monthlyCapMinor };
      const after = { following, monthlyCapMinor: saved.monthlyCapMinor };
      await recordChange(tx, { orgId, product, action: 'seats_set', by: saved.by, reason: '', before, after });
    }
    await this.entitlements.announce(tx, emit, orgId);
    tx.onCommit(() => this.wakes.wake(FOLLOW_SEATS));
    const now = await readSeats(tx, orgId);
    const after = now.states.find(({ one }) => one.product === product) ?? state;
    return toWire(after, followOf(now.follows, after), null);
  }
}

/** Of every subscription whose plan sells members. */
export async function readSeats(tx: Tx, orgId: string): Promise<{ states: SeatState[]; follows: SeatFollow[] }> {
  const [catalogue, holdings, at] = [await requireCatalogue(tx), await findHoldings(tx, orgId), await readClock(tx)];
  const follows = await findSeatFollows(tx, orgId);
  const states: SeatState[] = [];
  for (const one of holdings.subscriptions) {
    if (isEnded(one)) continue;
    const follow = follows.find(({ product }) => product === one.product);
    const state = await seatState({ tx, orgId, catalogue, at }, holdings, one, follow);
    if (state) states.push(state);
  }
  return { states, follows };
}

const isOther = (had: SeatFollow | undefined, one: Pick<SeatFollow, 'following' | 'monthlyCapMinor'>): boolean =>
  had?.following !== one.following || had.monthlyCapMinor !== one.monthlyCapMinor;

const followOf = (follows: readonly SeatFollow[], { one }: SeatState) =>
  follows.find(({ product }) => product === one.product);

const toWire = (state: SeatState, follow: SeatFollow | undefined, members: number | null): Seats => ({
  product: state.one.product,
  feature: state.sold.feature,
  addon: state.sold.addon,
  name: state.sold.name,
  included: state.included,
  members,
  quantity: state.quantity,
  renews: state.renews,
  currency: state.sold.currency,
  interval: state.one.interval,
  unitMinor: state.sold.unitMinor ?? null,
  following: follow?.following ?? false,
  monthlyCapMinor: follow?.monthlyCapMinor ?? null,
  most: state.most,
  stopped: (follow?.stopped ?? null) as Seats['stopped'],
});

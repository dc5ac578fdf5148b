import type { Tx } from '@tidegate/database/tx';
import { snapshotOf } from '../entitlements/entitlements.rules.ts';
import { isComing, seatGrantId } from '../entitlements/seats.rules.ts';
import { mostOf, type SoldSeats, soldSeats } from '../entitlements/seats.ts';
import { snapshotInput } from '../entitlements/snapshot-input.ts';
import type { SeatFollow } from '../kernel/seat.rows.ts';
import type { Holdings } from '../kernel/subscription.rows.ts';
import { carriedOut, type Item, type Subscription } from '../kernel/subscription.rules.ts';
import type { CurrentCatalogue } from '../plans/catalogue.rows.ts';
import { goingWith } from '../subscriptions/settle.ts';

/** Seats of one subscription: what there is without any that are bought, what is, and what may be by itself. */
export interface SeatState {
  one: Subscription;
  sold: SoldSeats;
  /** Members that it may have without any of them; null: any number. */
  included: number | null;
  quantity: number;
  /** What the next period begins with. */
  renews: number;
  /** null: nothing follows. */
  most: number | null;
}

/** undefined: its plan sells no seats. */
export async function seatState(
  { tx, orgId, catalogue, at }: { tx: Tx; orgId: string; catalogue: CurrentCatalogue; at: number },
  holdings: Holdings,
  one: Subscription,
  follow: SeatFollow | undefined,
): Promise<SeatState | undefined> {
  const sold = await soldSeats(tx, catalogue, one);
  if (!sold) return undefined;
  const without = { ...one, items: one.items.filter(({ addon }) => addon !== sold.addon) };
  const subscriptions = holdings.subscriptions.map((other) => (other.product === one.product ? without : other));
  const input = await snapshotInput(tx, orgId, catalogue, { ...holdings, subscriptions });
  const grants = input.grants.filter(({ id }) => id !== seatGrantId(one.product));
  const grant = snapshotOf({ ...input, grants }, at).snapshot.features[sold.feature];
  const quantity = sold.item?.quantity ?? 0;
  return {
    one,
    sold,
    included: grant?.kind === 'counted' ? grant.limit : 0,
    quantity,
    renews: renewing(one, sold) ?? follow?.loweredTo ?? quantity,
    most: mostOf(follow, one, sold),
  };
}

/** As it is ordered here: because members left, or with another plan, which may not have them. */
function renewing({ next }: Subscription, { addon, plans }: SoldSeats): number | undefined {
  if (next && !plans.includes(next.plan)) return 0;
  return next?.addons ? (next.addons.find((item) => item.addon === addon)?.quantity ?? 0) : undefined;
}

/** The same of the plan that is ordered, as it will be when it begins. undefined: none is, or it sells no seats. */
export async function comingSeats(
  given: { tx: Tx; orgId: string; catalogue: CurrentCatalogue },
  holdings: Holdings,
  one: Subscription,
  follow: SeatFollow,
): Promise<SeatState | undefined> {
  const { next } = one;
  if (!next || !isComing(one)) return undefined;
  const { at } = next;
  const after = carriedOut(one, { at, action: 'changed' }, undefined);
  const begun = { ...after, items: await goingWith(given.tx, after) };
  const subscriptions = holdings.subscriptions.map((each) => (each.product === one.product ? begun : each));
  return seatState({ ...given, at }, { ...holdings, subscriptions }, begun, follow);
}

export const neededFor = (members: number, { included, sold }: SeatState): number =>
  included === null ? 0 : Math.max(0, Math.ceil((members - included) / sold.each));

/** Everything that it has, with so many seats. One that is new begins now. */
export function itemsWith({ one, sold }: SeatState, quantity: number, at: number): Item[] {
  const others = one.items.filter(({ addon }) => addon !== sold.addon);
  if (quantity === 0) return others;
  const item = { since: at, version: sold.version, ...sold.item, addon: sold.addon, quantity, until: null };
  return [...others, item];
}

/** The same, as it is ordered. */
export const addonsWith = (state: SeatState, quantity: number): Pick<Item, 'addon' | 'version' | 'quantity'>[] =>
  itemsWith(state, quantity, 0).map(({ addon, version, quantity: many }) => ({ addon, version, quantity: many }));

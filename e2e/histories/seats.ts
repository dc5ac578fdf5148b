import { SECOND } from './calendar.ts';
import { MEMBER_CENTS, mainSold, type Subscription } from './sold.ts';

/* Members that are bought by themselves: part of the model, written from the documents, apart from the service. */
export interface Follows {
  /** The most that they may cost in a month. */
  cap: number;
  /** When the number that is paid for was changed last. */
  writtenAt: number;
  /** When the members are counted next; what is written is not written again for half a minute. */
  countAt: number | undefined;
}

const APART = 30 * SECOND;
export const countFrom = ({ writtenAt }: Pick<Follows, 'writtenAt'>, now: number): number =>
  Math.max(now, writtenAt + APART);

/** Paid for, and going on as it is. */
export const canFollow = (sub: Subscription | undefined): sub is Subscription =>
  sub?.by === 'hand' &&
  sub.status === 'active' &&
  sub.plan !== 'free' &&
  sub.cancelAt === undefined &&
  (sub.next === undefined || sub.next.follows === true);

export const mostBought = ({ cap }: Pick<Follows, 'cap'>): number => Math.floor(cap / MEMBER_CENTS);

/** How many the next period should begin with, and how many should be paid for now. */
export function wantedSeats(sub: Subscription, follows: Follows, members: number): { now: number; later: number } {
  const paid = sub.addons.members;
  const needed = Math.max(0, members - mainSold(sub.plan, sub.edition).seats);
  const wanted = Math.min(needed, Math.max(mostBought(follows), paid));
  return { now: Math.max(wanted, paid), later: wanted };
}

/** Who joins up to the cap does so at once: the limit is what it pays for. */
export function seatLimit(sub: Subscription | undefined, seats: number, follows: Follows | undefined): number {
  const paid = sub?.addons.members ?? 0;
  return seats + (follows && canFollow(sub) ? Math.max(paid, mostBought(follows)) : paid);
}

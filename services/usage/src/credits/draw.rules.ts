/** Prepaid units of a meter, or units that were left of an earlier window. */
export interface Credit {
  id: string;
  rollover: boolean;
  /** What is not drawn yet. */
  left: number;
  priority: number;
  /** Half-open, in epoch milliseconds. */
  from: number;
  until: number;
  free: boolean;
  given: number;
}

/** Units that were drawn of a grant in one second. */
export interface Drawn {
  grant: string;
  /** The second, in epoch milliseconds. */
  at: number;
  quantity: number;
}

/** A window of the limit, as it was before the events. */
export interface WindowState {
  /** What was used of the limit: without what was drawn, and with what was carried out of it. */
  used: number;
  /** What was drawn in it. */
  drawn: readonly Drawn[];
  /** It is over, and so much of it was carried on; what later windows have drawn of that. */
  carried?: { grant: string; quantity: number; draws: readonly Drawn[] } | undefined;
}

export interface CountedEvent {
  window: WindowState;
  at: number;
  quantity: number;
}

/** More units of a grant, or fewer: what is given back has the second in which it was drawn. */
export interface Draw extends Drawn {
  /** Below zero: given back. */
  quantity: number;
}

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One order for all: priority, the soonest end, free before paid, the oldest, id. */
export const drawnBefore = (a: Credit, b: Credit): number =>
  compare(a.priority, b.priority) ||
  compare(a.until, b.until) ||
  compare(a.free ? 0 : 1, b.free ? 0 : 1) ||
  compare(a.given, b.given) ||
  compare(a.id, b.id);

/** What was carried out of a window and is used in it after all: it is taken away from the grant that it became. */
export interface Reclaimed {
  grant: string;
  /** Whole units. */
  units: number;
}

const second = (at: number): number => Math.floor(at / 1_000) * 1_000;

/**
 * What events draw. In a window what was left of earlier ones is used first, because it expires first; then what the limit
 * includes, then prepaid units, then use beyond all. More use draws from what lives at the instant of the event. Where a
 * window is over and what it had left was carried on, use that comes late takes that back: what is there, then what later
 * windows have drawn of it, the last first. Less use,
 * which is a correction, goes the other way: it takes from use beyond all, then gives back what was drawn in that window to
 * grants that still live, the last drawn first; where what belongs to grants that are over goes, what the limit included goes
 * as well.
 *
 * @param from use of a window beyond this draws prepaid units
 * @param now grants that are over by then get nothing back
 * @param unit so many steps of the meter are a unit
 */
export function drawsOf(
  given: readonly Credit[],
  events: readonly CountedEvent[],
  { from, now, unit = 1 }: { from: number; now: number; unit?: number },
): { draws: Draw[]; reclaimed: Reclaimed[] } {
  const credits = [...given].sort(drawnBefore).map((credit) => ({ ...credit }));
  const byId = new Map(credits.map((credit) => [credit.id, credit]));
  const windows = new Map<WindowState, State>();
  const draws: Draw[] = [];
  const reclaimed = new Map<string, number>();
  for (const { window, at, quantity } of [...events].sort((a, b) => a.at - b.at)) {
    const state = windows.get(window) ?? stateOf(window);
    windows.set(window, state);
    if (quantity > 0) more(state, at, quantity);
    else less(state, -quantity);
  }
  return { draws: merged(draws), reclaimed: [...reclaimed].map(([grant, units]) => ({ grant, units })) };

  function more(state: State, at: number, quantity: number): void {
    let rest = quantity - draw(state, at, quantity, true);
    const included = Math.min(rest, Math.max(0, from - state.used));
    state.used += included;
    rest -= included;
    rest -= reclaim(state, rest);
    rest -= draw(state, at, rest, false);
    state.used += rest;
  }

  function draw(state: State, at: number, quantity: number, rollover: boolean): number {
    let drawn = 0;
    for (const credit of credits) {
      if (drawn === quantity) break;
      if (credit.rollover !== rollover || credit.left <= 0 || at < credit.from || at >= credit.until) continue;
      const taken = Math.min(quantity - drawn, credit.left);
      drawn += taken;
      credit.left -= taken;
      const one = { grant: credit.id, at: second(at), quantity: taken };
      state.drawn.push({ ...one });
      draws.push(one);
    }
    return drawn;
  }

  /** Units are taken back whole: what is not used of the last is there for what the limit includes. */
  function reclaim(state: State, quantity: number): number {
    const credit = state.carried && byId.get(state.carried.grant);
    if (!credit || !state.carried || quantity === 0) return 0;
    const units = Math.min(Math.ceil(quantity / unit), Math.floor(state.carried.quantity / unit));
    const back = units * unit;
    let drawn = back - Math.min(back, Math.max(0, credit.left));
    credit.left -= back - drawn;
    for (const one of [...state.carried.draws].sort((a, b) => b.at - a.at)) {
      const taken = Math.min(drawn, one.quantity);
      drawn -= taken;
      one.quantity -= taken;
      if (taken > 0) draws.push({ grant: credit.id, at: one.at, quantity: -taken });
    }
    state.carried.quantity -= back;
    reclaimed.set(credit.id, (reclaimed.get(credit.id) ?? 0) + units);
    const taken = Math.min(quantity, back);
    state.used += taken - back;
    return taken;
  }

  function less(state: State, quantity: number): void {
    let rest = quantity;
    const beyond = Math.min(rest, Math.max(0, state.used - from));
    state.used -= beyond;
    rest -= beyond;
    rest -= giveBack(state, rest, false);
    const included = Math.min(rest, Math.max(0, state.used - (state.carried?.quantity ?? 0)));
    state.used -= included;
    rest -= included;
    rest -= giveBack(state, rest, true);
    state.used -= rest;
  }

  function giveBack(state: State, quantity: number, rollover: boolean): number {
    const returned = state.drawn
      .filter((one) => byId.get(one.grant)?.rollover === rollover && (byId.get(one.grant)?.until ?? 0) > now)
      .sort((a, b) => b.at - a.at || drawnBefore(byId.get(b.grant) as Credit, byId.get(a.grant) as Credit));
    let rest = quantity;
    for (const one of returned) {
      if (rest === 0) break;
      const back = Math.min(rest, one.quantity);
      rest -= back;
      one.quantity -= back;
      (byId.get(one.grant) as Credit).left += back;
      draws.push({ grant: one.grant, at: one.at, quantity: -back });
    }
    return quantity - rest;
  }
}

interface State {
  used: number;
  drawn: Drawn[];
  carried: { grant: string; quantity: number; draws: Drawn[] } | undefined;
}

const stateOf = ({ used, drawn, carried }: WindowState): State => ({
  used,
  drawn: drawn.map((one) => ({ ...one })),
  carried: carried && { ...carried, draws: carried.draws.map((one) => ({ ...one })) },
});

/** One for each grant and second; what was drawn and given back at once is left out. */
function merged(draws: readonly Draw[]): Draw[] {
  const sums = new Map<string, Draw>();
  for (const draw of draws) {
    const key = `${draw.grant} ${draw.at}`;
    const sum = sums.get(key);
    if (sum) sum.quantity += draw.quantity;
    else sums.set(key, { ...draw });
  }
  return [...sums.values()].filter(({ quantity }) => quantity !== 0);
}

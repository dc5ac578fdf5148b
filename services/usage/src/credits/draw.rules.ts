/** Prepaid units of a meter. */
export interface Credit {
  id: string;
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
  /** What was used of the limit: without what prepaid units paid for. */
  used: number;
  /** What was drawn in it. */
  drawn: readonly Drawn[];
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

const second = (at: number): number => Math.floor(at / 1_000) * 1_000;

/**
 * What events draw. A window has first what its limit includes, then prepaid units, then use beyond both. More use draws
 * from what lives at the instant of the event. Less use, which is a correction, goes the other way: it takes from use beyond
 * both, then gives back what was drawn in that window to grants that still live, the last drawn first; then it takes from
 * what the limit included, where what belongs to grants that are over goes as well.
 *
 * @param from use of a window beyond this draws
 * @param now grants that are over by then get nothing back
 */
export function drawsOf(
  given: readonly Credit[],
  events: readonly CountedEvent[],
  { from, now }: { from: number; now: number },
): Draw[] {
  const credits = [...given].sort(drawnBefore).map((credit) => ({ ...credit }));
  const byId = new Map(credits.map((credit) => [credit.id, credit]));
  const windows = new Map<WindowState, { used: number; drawn: Drawn[] }>();
  const draws: Draw[] = [];
  for (const { window, at, quantity } of [...events].sort((a, b) => a.at - b.at)) {
    const state = windows.get(window) ?? { used: window.used, drawn: window.drawn.map((one) => ({ ...one })) };
    windows.set(window, state);
    if (quantity > 0) more(state, at, quantity);
    else less(state, -quantity);
  }
  return merged(draws);

  function more(state: { used: number; drawn: Drawn[] }, at: number, quantity: number): void {
    let beyond = Math.max(0, quantity - Math.max(0, from - state.used));
    state.used += quantity;
    for (const credit of credits) {
      if (beyond === 0) break;
      if (credit.left === 0 || at < credit.from || at >= credit.until) continue;
      const taken = Math.min(beyond, credit.left);
      beyond -= taken;
      credit.left -= taken;
      state.used -= taken;
      const draw = { grant: credit.id, at: second(at), quantity: taken };
      state.drawn.push({ ...draw });
      draws.push(draw);
    }
  }

  function less(state: { used: number; drawn: Drawn[] }, quantity: number): void {
    let rest = quantity - Math.min(quantity, Math.max(0, state.used - from));
    state.used -= quantity;
    const returned = state.drawn
      .filter((one) => (byId.get(one.grant)?.until ?? 0) > now)
      .sort((a, b) => b.at - a.at || drawnBefore(byId.get(b.grant) as Credit, byId.get(a.grant) as Credit));
    for (const one of returned) {
      if (rest === 0) break;
      const back = Math.min(rest, one.quantity);
      rest -= back;
      one.quantity -= back;
      state.used += back;
      (byId.get(one.grant) as Credit).left += back;
      draws.push({ grant: one.grant, at: one.at, quantity: -back });
    }
  }
}

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

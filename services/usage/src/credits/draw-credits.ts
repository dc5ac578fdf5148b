import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import type { Tx } from '@tidegate/database/tx';
import { type MeterWindow, windowOf } from '../balances/window.rules.ts';
import { findDaysAt } from '../entitlements/entitlement-snapshot.rows.ts';
import type { MeterPeriods } from '../entitlements/meter-periods.rules.ts';
import { findDraws, findDrawsOf, findNet, lockCredits, reclaimUnits, saveDraws, toCredit } from './credit.rows.ts';
import { type CountedEvent, drawsOf, type WindowState } from './draw.rules.ts';
import { countAgain } from './rollover-window.rows.ts';

/** A meter with prepaid units, of which events were counted just now. */
export interface Credited {
  orgId: string;
  meter: string;
  per: QuotaWindow;
  /** Use beyond it draws. */
  from: number;
  periods: MeterPeriods;
  /** Those that were counted, in the window of their own instants. */
  events: readonly { at: string; quantity: number }[];
}

type Window = MeterWindow & { orgId: string };

/**
 * Draws prepaid units for events that this transaction has counted. The grants are locked first, so that what others count
 * at the same time is either seen or draws afterwards; then one order decides.
 */
export async function drawCredits(tx: Tx, credited: readonly Credited[], now: number): Promise<void> {
  if (credited.length === 0) return;
  const [first = ''] = credited.flatMap(({ events }) => events.map(({ at }) => at)).sort();
  const grants = await lockCredits(tx, credited, first);
  if (grants.length === 0) return;
  const placed = await placeEvents(tx, credited);
  const all = placed.flatMap(({ windows }) => windows);
  const net = await findNet(tx, all);
  let index = 0;
  for (const { of, windows, windowOfEvent } of placed) {
    const rows = grants.filter(({ org_id, meter }) => org_id === of.orgId && meter === of.meter);
    if (windows.length > 1 && rows.some(({ rollover }) => rollover)) {
      // What is used late in one changes what the next has drawn: one after the other.
      for (const window of windows.sort((a, b) => a.start - b.start)) {
        const events = of.events.filter((event) => windowOfEvent.get(event) === window);
        await drawCredits(tx, [{ ...of, events }], now);
      }
      index += windows.length;
      continue;
    }
    const unit = 10 ** (rows[0]?.decimals ?? 0);
    const lessens = of.events.some(({ quantity }) => quantity < 0);
    const states = new Map<Window, WindowState>();
    for (const window of windows) {
      const { used, drawn } = net[index] ?? { used: 0, drawn: 0 };
      index += 1;
      const own = of.events.reduce((sum, one) => (windowOfEvent.get(one) === window ? sum + one.quantity : sum), 0);
      const draws = lessens && drawn > 0 ? await findDraws(tx, window) : [];
      const next = rows.find(({ rollover, from_ms }) => rollover && from_ms === window.end);
      const carried = next && {
        ...{ grant: next.id, quantity: Number(next.amount) * unit },
        draws: (await findDrawsOf(tx, of.orgId, next.id)).map(toDrawn),
      };
      const before = used - drawn - own + (carried?.quantity ?? 0);
      states.set(window, { used: before, drawn: draws.map(toDrawn), carried });
    }
    const events = of.events.map((event): CountedEvent => {
      const window = states.get(windowOfEvent.get(event) as Window) as WindowState;
      return { window, at: Date.parse(event.at), quantity: event.quantity };
    });
    const { draws, reclaimed } = drawsOf(rows.map(toCredit), events, { from: of.from, now, unit });
    if (draws.length > 0) await saveDraws(tx, of, draws);
    for (const one of reclaimed) await reclaimUnits(tx, of.orgId, one);
    const freed = windows.filter(({ end }) => lessens && end <= now);
    if (freed.length > 0) await countAgain(tx, of, freed);
  }
}

const toDrawn = ({ grant_id: grant, at, quantity }: { grant_id: string; at: Date; quantity: string }) => ({
  ...{ grant, at: at.getTime(), quantity: Number(quantity) },
});

interface Placed {
  of: Credited;
  windows: Window[];
  windowOfEvent: ReadonlyMap<Credited['events'][number], Window>;
}

/** The windows in which events lie, each once. */
async function placeEvents(tx: Tx, credited: readonly Credited[]): Promise<Placed[]> {
  const daily = credited
    .filter(({ per }) => per === 'day')
    .flatMap(({ orgId, events }) => events.map(({ at }) => ({ orgId, at })));
  const found = daily.length === 0 ? [] : await findDaysAt(tx, daily);
  const days = new Map(found.map(({ start, stop }, at) => [keyOf(daily[at]), [start.getTime(), stop.getTime()]]));
  return credited.map((of): Placed => {
    const windows = new Map<number, Window>();
    const windowOfEvent = new Map<Credited['events'][number], Window>();
    for (const event of of.events) {
      const [start = 0, end = 0] = days.get(keyOf({ orgId: of.orgId, at: event.at })) ?? [];
      const standing = { periods: of.periods, day: { start, end }, now: Date.parse(event.at) };
      const window = { orgId: of.orgId, ...windowOf(standing, of.meter, of.per) };
      const known = windows.get(window.start) ?? window;
      windows.set(window.start, known);
      windowOfEvent.set(event, known);
    }
    return { of, windows: [...windows.values()], windowOfEvent };
  });
}

const keyOf = (one: { orgId: string; at: string } | undefined): string => `${one?.orgId} ${one?.at}`;

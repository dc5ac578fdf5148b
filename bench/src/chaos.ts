import { faultsOf } from './chaos/faults.ts';
import { CUSTOMERS, FLEET, type Outcome, seconds, underFaults } from './chaos/under-faults.ts';
import { LAYOUTS, openWorld } from './chaos/world.ts';
import type { Result } from './main.ts';

/*
 * Kills, stops and freezes everything, fills, freezes and slows its disk, sets its clock, cuts and slows its links, one after the
 * other, while customers work: the app or its services, nats-server, the postmaster, all backends. After each fault a probe
 * walks every way through the platform: a read, a write, a usage event that is counted, a bot whose trades arrive as webhooks.
 * In the end what customers were answered is compared with what is there, and the books are added up.
 *
 *   npm run -s bench -- chaos          once through all faults in all layouts, outages of 5 s
 *   npm run -s bench -- chaos long     five times, outages of 1 to 60 s: more than 300 faults, 90 minutes at the most
 *   npm run -s bench -- chaos short notifier   only the faults with that word
 *
 * Disks are file systems in a file, which root may mount; for others those faults are left out. PostgreSQL's clock jumps where
 * libfaketime is installed; nats-server, a Go program, has none but the machine's.
 */
const OUTAGES = { short: [5_000], long: [1_000, 3_000, 5_000, 15_000, 60_000] };
/** A slow machine leaves out what would take longer; what was left out is said. */
const LONGEST_MS = { short: 25 * 60_000, long: 90 * 60_000 };

export async function chaos([length = 'short', word = '']: string[]): Promise<Result> {
  const only = (name: string) => name.includes(word);
  const plan = length === 'long' ? 'long' : 'short';
  const began = Date.now();
  let [faults, bad] = [0, 0];
  const layouts = LAYOUTS.filter((layout) => faultsOf(layout, only).length > 0);
  for (const [index, layout] of layouts.entries()) {
    const world = await openWorld(layout);
    const until = began + (LONGEST_MS[plan] * (index + 1)) / layouts.length;
    const outcome = await underFaults(world, layout, { outages: OUTAGES[plan], only, until }).finally(world.close);
    const { lost, doubled, uncounted, left, unbalanced } = outcome.verdict;
    faults += outcome.recoveries.length;
    bad += lost.length + doubled.length + left.length + unbalanced.length + uncounted + outcome.stuck.length;
    process.stdout.write(`${layout}: ${summaryOf(outcome, OUTAGES[plan])}\n`);
  }
  return { name: 'chaos', value: bad, unit: 'faults that showed', ratio: bad / faults, against: `${faults} faults` };
}

function summaryOf(
  { recoveries, leftOut, aggregates, stuck, unhelpful, answered, verdict }: Outcome,
  outages: number[],
) {
  const { lost, doubled, uncounted, left, unbalanced } = verdict;
  const times = recoveries.map(({ ms }) => ms).sort((a, b) => a - b);
  const at = (share: number) => seconds(times[Math.floor((times.length - 1) * share)] ?? 0);
  return [
    `${recoveries.length} faults (${leftOut} left out for lack of time), outages of ${outages.map(seconds).join(', ')}`,
    `${answered} calls answered, ${aggregates} bots, at least ${CUSTOMERS * FLEET} of them started right before each fault`,
    `lost ${lost.length} ${lost.join('; ')}`,
    `doubled ${doubled.length} ${doubled.join('; ')}`,
    `uncounted ${uncounted}`,
    `unbalanced ${unbalanced.length} ${unbalanced.join('; ')}`,
    `left behind ${left.length} ${left.join('; ')}`,
    `everything there ${seconds(verdict.settledMs)} after the last fault`,
    `stuck longer than 10 s ${stuck.length} ${stuck.join('; ')}`,
    `5xx without Retry-After ${unhelpful}`,
    `recovery: median ${at(0.5)}, 9 of 10 within ${at(0.9)}, slowest ${at(1)}`,
    ...[...Map.groupBy(recoveries, ({ name }) => name)].map(
      ([name, all]) => `  ${name}: ${all.map(({ ms }) => seconds(ms)).join(', ')}`,
    ),
  ].join('\n  ');
}

import { Controller } from '@nestjs/common';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { unitsOf } from '@tidegate/contracts/usage/quantity';
import { type Meter, usageHistory } from '@tidegate/contracts/usage/usage';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { monthOf, stepsOf } from '../entitlements/meter-periods.rules.ts';
import { requireStanding, type Standing } from '../entitlements/standing.ts';
import { requireMeter } from '../meters/meter.rows.ts';
import { historyRange, monthsOf } from './balance.rules.ts';
import { divideByOrigin, requireKeys } from './divide-by-origin.ts';
import { findGroups } from './group.rows.ts';
import { groupsFor, readGrouping, type StepSum, toGroups } from './group.rules.ts';
import { type Bucket, countSeriesIn, findBuckets, findGaugeSteps, findMonths } from './history.rows.ts';
import { instant } from './window.rules.ts';

type Context = OperationContext<typeof usageHistory>;

/** Hours are those of UTC, days those of the organisation's time zone, months those of its periods. */
@Controller()
export class UsageHistory {
  constructor(private readonly bus: Bus) {}

  @Handles(usageHistory)
  async handle({ input, caller, tx, refuse }: Context) {
    if (input.by === 'key') requireKeys(caller);
    const standing = await requireStanding(tx, this.bus);
    const meter = await requireMeter(refuse, tx, input.meter);
    requireDivisible(meter, input);
    const { decimals } = meter;
    const { granularity } = input;
    const timeZone = granularity === 'day' ? standing.timeZone : 'UTC';
    const buckets = await bucketsOf(tx, standing, input, timeZone);
    if (meter.aggregate === 'time_weighted') await weigh(tx, { ...standing.snapshot, meter: meter.meter }, buckets);
    const { groups, steps } = await divide(tx, this.bus, { orgId: standing.snapshot.orgId, meter, input, buckets });
    const items = steps.map(({ start, quantity, events }) => ({
      start,
      quantity: unitsOf(quantity, decimals),
      events,
    }));
    const total = unitsOf(
      steps.reduce((sum, { quantity }) => sum + quantity, 0n),
      decimals,
    );
    return { meter: meter.meter, granularity, timeZone, items, total, ...(groups ? { groups } : {}) };
  }
}

function bucketsOf(tx: Tx, standing: Standing, input: Context['input'], timeZone: string): Promise<Bucket[]> {
  const { snapshot, periods, now } = standing;
  const { meter, granularity } = input;
  const steps = stepsOf(periods, meter);
  const range = historyRange(input, steps, now);
  const of = { orgId: snapshot.orgId, meter };
  if (granularity !== 'month') return findBuckets(tx, { ...of, granularity, timeZone, ...range });
  const months = monthsOf(steps, range);
  const high = instant(monthOf(steps, Date.parse(months.at(-1) ?? range.to)).end);
  return findMonths(tx, { ...of, high }, months);
}

/** Each costs two queries of an index. */
const MOST_SERIES_STEPS = 200_000;

/** Meters that are weighted by time are not added up before somebody asks. */
async function weigh(tx: Tx, of: { orgId: string; meter: string }, buckets: Bucket[]): Promise<void> {
  const stop = buckets[0]?.high.toISOString() ?? '';
  const series = await countSeriesIn(tx, of, { from: buckets[0]?.start.toISOString() ?? stop, to: stop });
  if (series * buckets.length > MOST_SERIES_STEPS) {
    const most = Math.max(1, Math.floor(MOST_SERIES_STEPS / series));
    throw invalid(
      '/from',
      'range_too_long',
      'It had {series} series in this time: ask for at most {most} steps at once.',
      { series, most },
    );
  }
  const quantities = await findGaugeSteps(tx, of, { starts: buckets.map(({ start }) => start.toISOString()), stop });
  for (const [at, bucket] of buckets.entries()) Object.assign(bucket, { quantity: quantities[at], events: null });
}

/** By key or source alone, and not what is no sum of events. */
function requireDivisible({ meter, aggregate }: Meter, { by, groupBy, filter }: Context['input']): void {
  if (!by) return;
  if (groupBy || filter) throw invalid('/by', 'not_fitting', 'Send either `by`, or `groupBy` and `filter`.');
  if (aggregate === 'time_weighted') {
    throw invalid('/by', 'not_possible', '{meter} holds by time: its values are not added up by key or source.', {
      meter,
    });
  }
}

/** What the steps add up to of what is asked for, and by dimensions where they are. */
async function divide(
  tx: Tx,
  bus: Bus,
  asked: { orgId: string; meter: Meter; input: Context['input']; buckets: readonly Bucket[] },
): Promise<{ steps: StepSum[]; groups?: ReturnType<typeof toGroups> }> {
  const { orgId, meter, input, buckets } = asked;
  const { names, by, having } = readGrouping(meter, input);
  const steps = buckets.map(({ start, quantity, events }) => ({
    start: start.toISOString(),
    quantity: BigInt(quantity),
    events: events === null ? null : Number(events),
  }));
  const [first] = buckets;
  if (first && input.by) {
    const of = { orgId, meter, by: input.by, steps, stop: first.high.toISOString() };
    return { steps, groups: await divideByOrigin(tx, bus, of) };
  }
  if (!first || (by.length === 0 && having.length === 0)) return { steps };
  const most = groupsFor(buckets.length);
  const starts = steps.map(({ start }) => start);
  const rows = await findGroups(tx, {
    ...{ orgId, meter: meter.meter, starts, stop: first.high.toISOString(), by, having, most },
    of: meter.aggregate === 'time_weighted' ? 'weighted' : 'dimensions',
  });
  const some =
    having.length === 0 ? steps : steps.map((step, at) => ({ ...step, ...sumOf(rows, at + 1, step.events) }));
  return by.length === 0
    ? { steps: some }
    : { steps: some, groups: toGroups({ names, decimals: meter.decimals }, some, rows) };
}

function sumOf(rows: readonly { n: number; quantity: string; events: string }[], step: number, counted: number | null) {
  const own = rows.filter(({ n }) => n === step);
  return {
    quantity: own.reduce((sum, { quantity }) => sum + BigInt(quantity), 0n),
    events: counted === null ? null : own.reduce((sum, { events }) => sum + Number(events), 0),
  };
}

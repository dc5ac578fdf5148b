import type { Input } from '@tidegate/contracts/kernel/operation';
import { invalid, invalidInWords } from '@tidegate/contracts/kernel/problem';
import { MAX_BACKFILL_DAYS, type previewBackfill } from '@tidegate/contracts/usage/backfills';
import { PLATFORM_METERS } from '@tidegate/contracts/usage/event';
import { stepsOf } from '@tidegate/contracts/usage/quantity';
import type { Meter } from '@tidegate/contracts/usage/usage';
import { reportedBy } from '../ingestion/read-events.rules.ts';
import { notFitting } from '../kernel/wrong-quantity.rules.ts';
import { readLabels, unknownDimension } from '../meters/dimensions.rules.ts';
import type { Wanted } from './plan-backfill.rules.ts';

const DAY_MS = 86_400_000;

/** What is asked for, in the smallest steps of the meter. One event that cannot be counted refuses all of them. */
export function readBackfill(
  input: Input<typeof previewBackfill>,
  meter: Meter,
  { id, now, days }: { id: string; now: number; days: number },
) {
  if (PLATFORM_METERS.has(meter.meter)) {
    throw invalid('/meter', 'platform_meter', 'The platform counts it itself: backfill meters of your own.');
  }
  const { aggregate, decimals } = meter;
  if (aggregate === 'time_weighted') {
    throw invalid(
      '/meter',
      'not_possible',
      '{meter} holds by time: each value until the next one. Correct them one by one.',
      {
        meter: meter.meter,
      },
    );
  }
  const from = Date.parse(input.from);
  const to = Date.parse(input.to);
  if (from >= to) throw invalid('/from', 'too_late', '`from` must lie before `to`.');
  if (to > now) throw invalid('/to', 'not_over', 'The time must be over: events of now are reported as they happen.');
  if (to - from > MAX_BACKFILL_DAYS * DAY_MS) {
    throw invalid('/from', 'range_too_long', 'Ask for at most {most} days at once.', { most: MAX_BACKFILL_DAYS });
  }
  if (from < now - (days - 1) * DAY_MS) {
    throw invalid('/from', 'too_old', 'Single events are stored for {days} days: nothing before can be told apart.', {
      days,
    });
  }
  const seen = new Set<string>();
  const events = input.events.map((one, index): Wanted => {
    const field = `/events/${index}`;
    const at = Date.parse(one.time);
    if (at < from || at >= to) throw invalid(`${field}/time`, 'outside', 'It must lie from `from` to before `to`.');
    if (seen.has(one.id)) throw invalid(`${field}/id`, 'given_twice', 'Send each id once.');
    seen.add(one.id);
    const steps = stepsOf(one.quantity, decimals);
    const fromZero = aggregate === 'max' || aggregate === 'latest';
    if (steps === undefined || (steps === 0 && !fromZero)) throw notFitting(`${field}/quantity`, decimals, fromZero);
    requireFittingValue(`${field}/value`, meter, one.value);
    const wrong = unknownDimension(meter.groupBy, one.dimensions);
    if (wrong) throw invalidInWords(`${field}/dimensions`, 'not_fitting', wrong);
    const labels = meter.groupBy.length === 0 ? null : readLabels(meter.groupBy, one.dimensions);
    if (typeof labels === 'string') throw invalidInWords(`${field}/dimensions`, 'not_fitting', labels);
    const quantity = aggregate === 'count' || aggregate === 'unique' ? 1 : steps;
    return { id: one.id, at: new Date(at).toISOString(), quantity, value: one.value, labels };
  });
  const source = reportedBy('service_key', input.source);
  const range = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  return { id, meter: meter.meter, source, ...range, mode: input.mode, events };
}

function requireFittingValue(field: string, { meter, aggregate }: Meter, value: string | undefined): void {
  if (aggregate === 'unique' && value === undefined) {
    throw invalid(field, 'not_fitting', '{meter} counts unique values: name the right `value`, and no quantity.', {
      meter,
    });
  }
  if (aggregate !== 'unique' && value !== undefined) {
    throw invalid(field, 'not_fitting', '{meter} counts no unique values: name a quantity, and no `value`.', { meter });
  }
}

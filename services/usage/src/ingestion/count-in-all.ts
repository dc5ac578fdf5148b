import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Enrolment } from './enrolment.ts';
import type { Placed, Rejected } from './read-events.rules.ts';
import type { Counting, UsageWriter } from './usage-writer.ts';

type Definitions = ReadonlyMap<string, MeterDefinition>;

/** Whether the event only adds what it says: all that it needs of its organisation is its enrolment. */
export function addsUp({ event }: Placed, definitions: Definitions): boolean {
  const { aggregate = 'sum', groupBy = [] } = definitions.get(event.meter) ?? {};
  return (aggregate === 'sum' || aggregate === 'count') && groupBy.length === 0 && event.lease === undefined;
}

/** Why a plan does not let an event be counted; one of a meter that no plan has is left to the writer, which names it. */
export const lacks = (meter: string): string =>
  `No plan of this organisation includes ${meter}. Send it again when it does.`;

/** Events of one request. */
export interface Request {
  given: readonly Placed[];
  definitions: Definitions;
  /** Whether meters that the plan lacks are counted as well. */
  force: boolean;
}

/** What became of the events of one request, or of some of them. */
export interface Outcome {
  accepted: number;
  duplicates: number;
  rejected: Rejected[];
}

/** Separates the events of organisations that exist. */
export function enrolled(
  given: readonly Placed[],
  enrolments: ReadonlyMap<string, Enrolment>,
  rejected: Rejected[],
): Placed[] {
  return given.filter(({ event, index }) => {
    if (enrolments.has(event.org)) return true;
    const message = 'There is no such organisation, or its plan has not arrived yet.';
    rejected.push({ index, code: 'unknown_organisation', message });
    return false;
  });
}

/**
 * Counts events of many organisations and requests as one batch, as those of the stream are: an organisation or a request
 * more costs no query more. The transaction sees all organisations and has begun to count.
 */
export async function countInAll(
  writer: UsageWriter,
  counting: Counting,
  requests: readonly Request[],
  enrolments: ReadonlyMap<string, Enrolment>,
): Promise<Outcome[]> {
  const outcomes = requests.map((): Outcome => ({ accepted: 0, duplicates: 0, rejected: [] }));
  const events: Placed['event'][] = [];
  const places: { index: number; outcome: Outcome }[] = [];
  for (const [at, { given, definitions, force }] of requests.entries()) {
    const outcome = outcomes[at] as Outcome;
    for (const { event, index } of enrolled(given, enrolments, outcome.rejected)) {
      const { meter } = event;
      if (!force && definitions.has(meter) && !enrolments.get(event.org)?.meters.has(meter)) {
        outcome.rejected.push({ index, code: 'not_included', message: lacks(meter) });
        continue;
      }
      events.push(event);
      places.push({ index, outcome });
      outcome.accepted += 1;
    }
  }
  const { repeated, rejected } = await writer.write(counting, events, { times: enrolments });
  const place = (at: number) => places[at] as (typeof places)[number];
  for (const at of repeated) {
    const { outcome } = place(at);
    outcome.accepted -= 1;
    outcome.duplicates += 1;
  }
  for (const [at, rejection] of rejected) {
    const { outcome, index } = place(at);
    outcome.accepted -= 1;
    outcome.rejected.push({ index, ...rejection });
  }
  return outcomes;
}

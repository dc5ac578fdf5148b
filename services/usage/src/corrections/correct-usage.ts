import { Controller } from '@nestjs/common';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { forbidden, invalid, invalidInWords, notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import {
  correctUsage,
  usageCorrected,
  usageEventTooOld,
  usageEventVoided,
} from '@tidegate/contracts/usage/corrections';
import { MAX_EVENT_AGE_DAYS } from '@tidegate/contracts/usage/event';
import { stepsOf, unitsOf } from '@tidegate/contracts/usage/quantity';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding, timesOf } from '../entitlements/standing.ts';
import { findPoint, type StoredPoint } from '../gauges/gauge.rows.ts';
import { timeRejection } from '../ingestion/admission.rules.ts';
import { isByDifference } from '../ingestion/aggregate.rules.ts';
import { changeValues } from '../ingestion/change-values.ts';
import { hashOf } from '../ingestion/count-differences.ts';
import { type ReportedEvent, reportedBy } from '../ingestion/read-events.rules.ts';
import { UsageWriter } from '../ingestion/usage-writer.ts';
import { findValues, type StoredValue } from '../ingestion/value.rows.ts';
import { CORRECTION } from '../kernel/correction.rules.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { lockMeters } from '../kernel/meter-lock.rows.ts';
import { notFitting } from '../kernel/wrong-quantity.rules.ts';
import { findDefinitions } from '../meters/meter.rows.ts';
import { correctGauge } from './correct-gauge.ts';
import {
  type CorrectedEvent,
  findEvent,
  findIdentity,
  findLast,
  insertCorrection,
  lockIdentity,
} from './correction.rows.ts';

/**
 * The difference is counted as an event at the instant of the corrected one, so it falls into the same hour and period, and
 * sums stay sums of events. Thresholds that are no longer reached are announced again when they are.
 */
@Controller()
export class CorrectUsage {
  constructor(
    private readonly writer: UsageWriter,
    private readonly bus: Bus,
  ) {}

  @Handles(correctUsage)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof correctUsage>) {
    const { action, reason } = input;
    if (caller.kind !== 'service_key') {
      throw forbidden({}, 'Corrections change what is charged: they are made with a service key of the operator.');
    }
    const says = input.quantity !== undefined || input.value !== undefined;
    if ((action === 'amend') !== says) {
      throw invalid('/quantity', 'not_fitting', 'Send what is right to amend, and nothing to void.');
    }
    const now = clock.now();
    const orgId = caller.orgId as string;
    const epoch = await beginCounting(tx);
    const standing = await requireStoredStanding(tx, this.bus, now);
    // What the service keys reported comes before what API keys reported under the same name.
    const sources = (['service_key', 'api_key'] as const).map((kind) => reportedBy(kind, input.source));
    const keys = sources.map((source) => eventKey(source, input.id));
    const identity = await findIdentity(tx, orgId, keys);
    if (!identity) throw notFound({}, 'No event with this source and id was counted.');
    const { key } = identity;
    const source = sources[keys.indexOf(key)] as string;
    const point = await findPoint(tx, orgId, key);
    const event = point ?? (await findEvent(tx, orgId, { source, id: input.id, seen: identity.seen, at: identity.at }));
    if (!event || isOld(event, now)) {
      throw refuse(usageEventTooOld, {}, `Events may be corrected for ${MAX_EVENT_AGE_DAYS} days.`);
    }
    const { meter } = event;
    const definition = (await findDefinitions(tx)).get(meter) ?? PLAIN;
    const { aggregate, decimals } = definition;
    // Before the event, as whoever counts and backfills them does.
    if (point || isByDifference(aggregate)) await lockMeters(tx, orgId, [meter]);
    await lockIdentity(tx, orgId, key);
    const last = await findLast(tx, orgId, key);
    const held = isByDifference(aggregate) ? await requireValue(refuse, tx, orgId, { key, at: event.at }) : undefined;
    const before = Number(last?.quantity ?? point?.value ?? held?.value ?? (event as CorrectedEvent).quantity);
    const quantity = quantityOf(input, meter, definition, { fromZero: Boolean(point ?? held) });
    const units = unitsOf(quantity, decimals);
    const answer = { source: input.source, id: input.id, meter, time: event.at.toISOString(), quantity: units };
    if (last?.action === 'void' && action === 'amend') refuseVoided(refuse);
    if (isSame(input, { point, held, last, before, quantity, event })) return { ...answer, changed: false };
    if (!point && !held) requireAmendable(definition, action, meter);
    const number = (last?.number ?? 0) + 1;
    const stored = { key, number, source, id: input.id, action, quantity, reason, by: byOf(caller) };
    await insertCorrection(tx, orgId, stored);
    const corrected = { ...answer, orgId, action, before: unitsOf(before, decimals), by: stored.by, reason };
    await emit(usageCorrected, corrected, { orgId });
    if (point) {
      await correctGauge(tx, emit, standing, { point, key, value: quantity, voided: action === 'void' });
      return { ...answer, changed: true };
    }
    const { labels, source: reporter, api_key } = event as CorrectedEvent;
    const change = {
      ...{ key, at: answer.time, fresh: false, said: input.value, labels: labels ?? undefined },
      after: action === 'void' ? null : quantity,
    };
    const [adds = 0] =
      held && isByDifference(aggregate)
        ? await changeValues(tx, standing, { meter, aggregate }, [change], { save: true })
        : [quantity - before];
    const difference: ReportedEvent = {
      id: `${key}-${number}`,
      ...{ org: orgId, meter, quantity: adds, at: answer.time, source: CORRECTION },
      ...{ labels: labels ?? undefined, reporter, apiKey: api_key ?? undefined },
    };
    const { accepted } = await this.writer.write({ tx, emit, now, epoch }, [difference], timesOf(standing));
    if (accepted !== 1) throw new Error('A correction was not counted.');
    const window = currentWindow(standing, meter);
    const reached = await reachedIn(tx, [{ ...window, orgId }]);
    await emitReached(tx, emit, reached, () => asText(standing, window));
    return { ...answer, changed: true };
  }
}

const PLAIN = { aggregate: 'sum', decimals: 0 } as const;
type Definition = Pick<MeterDefinition, 'aggregate' | 'decimals'>;
type Asked = Input<typeof correctUsage>;

/** What the event is to count as, in steps. */
function quantityOf(
  { action, quantity, value }: Asked,
  meter: string,
  { aggregate, decimals }: Definition,
  { fromZero }: { fromZero: boolean },
): number {
  if (action === 'void') return 0;
  if (aggregate === 'unique') {
    if (value !== undefined && quantity === undefined) return 1;
    throw invalid('/value', 'not_fitting', '{meter} counts unique values: name the right `value`, and no quantity.', {
      meter,
    });
  }
  if (value !== undefined || quantity === undefined) {
    throw invalid('/value', 'not_fitting', '{meter} counts no unique values: name a quantity, and no `value`.', {
      meter,
    });
  }
  const steps = stepsOf(quantity, decimals);
  if (steps === undefined || (steps === 0 && !fromZero)) throw notFitting('/quantity', decimals, fromZero);
  return steps;
}

/** Whether the event counts as that already. */
function isSame(
  { action, value }: Asked,
  {
    point,
    held,
    last,
    before,
    quantity,
    event,
  }: {
    point: StoredPoint | undefined;
    held: StoredValue | undefined;
    last: { action: 'void' | 'amend' } | undefined;
    before: number;
    quantity: number;
    event: StoredPoint | CorrectedEvent;
  },
): boolean {
  if ((point || held) && action === 'void') return last?.action === 'void';
  if (held && value !== undefined) return held.hash === hashOf(value, (event as CorrectedEvent).labels ?? undefined);
  return before === quantity;
}

async function requireValue(
  refuse: Refuse<typeof usageEventTooOld>,
  tx: Tx,
  orgId: string,
  { key, at }: { key: string; at: Date },
): Promise<StoredValue> {
  const found = (await findValues(tx, orgId, [{ key, at: at.toISOString() }])).get(key);
  if (found) return found;
  throw refuse(usageEventTooOld, {}, 'A version before this one counted it, which did not store what it says.');
}

/** Each event of `count` is one. */
function requireAmendable({ aggregate }: Definition, action: 'void' | 'amend', meter: string): void {
  if (aggregate === 'sum' || (aggregate === 'count' && action === 'void')) return;
  throw invalidInWords(
    '/action',
    'not_possible',
    `Events of ${meter} (${aggregate}) cannot be amended: each is one. Void those that did not happen.`,
  );
}

const isOld = ({ at }: Pick<CorrectedEvent, 'at'>, now: number): boolean =>
  timeRejection({ at: at.toISOString() }, now)?.code === 'too_old';

const byOf = ({ keyId }: Caller): string => `service_key:${keyId}`;

function refuseVoided(refuse: Refuse<typeof usageEventVoided>): never {
  throw refuse(usageEventVoided, {}, 'A voided event stays void. Report what happened with a new id.');
}

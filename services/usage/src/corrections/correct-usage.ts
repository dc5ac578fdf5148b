import { Controller } from '@nestjs/common';
import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { forbidden, invalid, invalidInWords, notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import {
  correctUsage,
  usageCorrected,
  usageEventTooOld,
  usageEventVoided,
} from '@tidegate/contracts/usage/corrections';
import { MAX_EVENT_AGE_DAYS } from '@tidegate/contracts/usage/event';
import { stepsOf, unitsOf } from '@tidegate/contracts/usage/quantity';
import { Bus } from '@tidegate/messaging/bus';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { emitReached } from '../balances/emit-reached.ts';
import { reachedIn } from '../balances/quota-alert.rows.ts';
import { asText, currentWindow } from '../balances/window.rules.ts';
import { beginCounting } from '../entitlements/entitlement-snapshot.rows.ts';
import { requireStoredStanding, timesOf } from '../entitlements/standing.ts';
import { findPoint } from '../gauges/gauge.rows.ts';
import { timeRejection } from '../ingestion/admission.rules.ts';
import { type ReportedEvent, reportedBy } from '../ingestion/read-events.rules.ts';
import { UsageWriter } from '../ingestion/usage-writer.ts';
import { CORRECTION, NOT_ADDED_UP } from '../kernel/correction.rules.ts';
import { eventKey } from '../kernel/event-identity.ts';
import { notFitting } from '../kernel/wrong-quantity.rules.ts';
import { findDefinitions } from '../meters/meter.rows.ts';
import { correctGauge } from './correct-gauge.ts';
import { type CorrectedEvent, findEvent, findLast, insertCorrection, lockIdentity } from './correction.rows.ts';

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
    if ((action === 'amend') !== (input.quantity !== undefined)) {
      throw invalid('/quantity', 'not_fitting', 'Send the right quantity to amend, and none to void.');
    }
    const now = clock.now();
    const orgId = caller.orgId as string;
    const epoch = await beginCounting(tx);
    const standing = await requireStoredStanding(tx, this.bus, now);
    // What the service keys reported comes before what API keys reported under the same name.
    const sources = (['service_key', 'api_key'] as const).map((kind) => reportedBy(kind, input.source));
    const keys = sources.map((source) => eventKey(source, input.id));
    const identity = await lockIdentity(tx, orgId, keys);
    if (!identity) throw notFound({}, 'No event with this source and id was counted.');
    const source = sources[keys.indexOf(identity.key)] as string;
    const point = await findPoint(tx, orgId, identity.key);
    const event = point ?? (await findEvent(tx, orgId, { source, id: input.id, seen: identity.seen, at: identity.at }));
    if (!event || isOld(event, now)) {
      throw refuse(usageEventTooOld, {}, `Events may be corrected for ${MAX_EVENT_AGE_DAYS} days.`);
    }
    const last = await findLast(tx, orgId, identity.key);
    const before = Number(last?.quantity ?? (point ? point.value : (event as CorrectedEvent).quantity));
    const definition = (await findDefinitions(tx)).get(event.meter) ?? PLAIN;
    const { decimals } = definition;
    const quantity = input.quantity === undefined ? 0 : stepsOf(input.quantity, decimals);
    if (quantity === undefined || (input.quantity !== undefined && quantity === 0 && !point)) {
      throw notFitting('/quantity', decimals);
    }
    const units = unitsOf(quantity, decimals);
    const answer = {
      source: input.source,
      id: input.id,
      meter: event.meter,
      time: event.at.toISOString(),
      quantity: units,
    };
    if (last?.action === 'void' && action === 'amend') refuseVoided(refuse);
    const same = point && action === 'void' ? last?.action === 'void' : before === quantity;
    if (same) return { ...answer, changed: false };
    if (!point) requireAmendable(definition, action, event);
    const number = (last?.number ?? 0) + 1;
    const stored = { key: identity.key, number, source, id: input.id, action, quantity, reason, by: byOf(caller) };
    await insertCorrection(tx, orgId, stored);
    const corrected = { ...answer, orgId, action, before: unitsOf(before, decimals), by: stored.by, reason };
    await emit(usageCorrected, corrected, { orgId });
    if (point) {
      await correctGauge(tx, emit, standing, { point, key: identity.key, value: quantity, voided: action === 'void' });
      return { ...answer, changed: true };
    }
    const difference: ReportedEvent = {
      id: `${identity.key}-${number}`,
      ...{ org: orgId, meter: event.meter, quantity: quantity - before, at: answer.time, source: CORRECTION },
      labels: (event as CorrectedEvent).labels ?? undefined,
      reporter: event.source,
      apiKey: (event as CorrectedEvent).api_key ?? undefined,
    };
    const { accepted } = await this.writer.write({ tx, emit, now, epoch }, [difference], timesOf(standing));
    if (accepted !== 1) throw new Error('A correction was not counted.');
    const window = currentWindow(standing, event.meter);
    const reached = await reachedIn(tx, [{ ...window, orgId }]);
    await emitReached(tx, emit, reached, () => asText(standing, window));
    return { ...answer, changed: true };
  }
}

const PLAIN = { aggregate: 'sum', decimals: 0 } as const;

/** Each event of other meters is one unit, or has no share of its own in the sum. */
function requireAmendable(
  { aggregate }: Pick<MeterDefinition, 'aggregate'>,
  action: 'void' | 'amend',
  { meter }: Pick<CorrectedEvent, 'meter'>,
): void {
  if (aggregate === 'sum' || (aggregate === 'count' && action === 'void')) return;
  const instead = aggregate === 'count' ? 'each is one. Void those that did not happen.' : NOT_ADDED_UP;
  throw invalidInWords(
    '/action',
    'not_possible',
    `Events of ${meter} (${aggregate}) cannot be corrected in this way: ${instead}`,
  );
}

const isOld = ({ at }: Pick<CorrectedEvent, 'at'>, now: number): boolean =>
  timeRejection({ at: at.toISOString() }, now)?.code === 'too_old';

const byOf = ({ keyId }: Caller): string => `service_key:${keyId}`;

function refuseVoided(refuse: Refuse<typeof usageEventVoided>): never {
  throw refuse(usageEventVoided, {}, 'A voided event stays void. Report what happened with a new id.');
}

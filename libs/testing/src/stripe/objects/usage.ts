import type { Account } from '../kernel/account.ts';
import { DAY, HOUR } from '../kernel/clock.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Meter } from '../kernel/stored.ts';
import { scaled, units } from './amounts.rules.ts';

export interface MeterEvent {
  identifier: string;
  eventName: string;
  customer: string;
  /** In 10^-12 units. */
  value: bigint;
  timestamp: number;
  receivedAt: number;
}

interface Ledger {
  /** In the order in which they came. */
  events: MeterEvent[];
  /** When an identifier was last used. */
  identifiers: Map<string, number>;
}
const ledgers = perAccount<Ledger>(() => ({ events: [], identifiers: new Map() }));

const OLDEST = 35 * DAY;
const FUTURE = 5 * 60;

export interface NewMeterEvent {
  event_name: string;
  payload: Record<string, string>;
  identifier?: string;
  timestamp?: number;
}

/** Takes an event, or refuses it at once. What is wrong with its customer or its meter is only reported afterwards. */
export function takeEvent(account: Account, given: NewMeterEvent): MeterEvent & { problem: string | null } {
  const identifier = given.identifier ?? account.random.text(32);
  if (identifier.length > 100) throw invalid('identifier has at most 100 characters', 'identifier');
  const timestamp = given.timestamp ?? account.now();
  const now = account.now();
  if (timestamp < now - OLDEST)
    throw invalid('The timestamp must be within the past 35 days.', 'timestamp', 'timestamp_too_far_in_past');
  if (timestamp > now + FUTURE)
    throw invalid('The timestamp must be at most 5 minutes in the future.', 'timestamp', 'timestamp_in_future');
  const { events, identifiers } = ledgers(account);
  const usedAt = identifiers.get(identifier);
  if (usedAt !== undefined && usedAt > now - DAY)
    throw invalid(`An event already exists with identifier ${identifier}.`, 'identifier', 'resource_already_exists');
  const meter = meterOf(account, given.event_name);
  const payload = meter
    ? { customer: given.payload[meter.customer_mapping.event_payload_key], value: countedValue(meter, given.payload) }
    : { customer: given.payload['stripe_customer_id'], value: given.payload['value'] };
  if (payload.value === undefined || !/^-?\d{1,15}(\.\d{1,12})?$/.test(payload.value))
    throw invalid(`Invalid value: ${payload.value}`, 'payload', 'meter_event_invalid_value');
  const event: MeterEvent = {
    identifier,
    eventName: given.event_name,
    customer: payload.customer ?? '',
    value: scaled(payload.value),
    timestamp,
    receivedAt: now,
  };
  identifiers.set(identifier, now);
  const known = account.store.find('customer', event.customer);
  const problem = meter?.status !== 'active' ? 'no_meter' : known ? null : 'meter_event_customer_not_found';
  if (!problem) events.push(event);
  return { ...event, problem };
}

const countedValue = (meter: Meter, payload: Record<string, string>): string | undefined =>
  meter.default_aggregation.formula === 'count' ? '1' : payload[meter.value_settings.event_payload_key];

export const meterOf = (account: Account, eventName: string): Meter | undefined =>
  account.store.all('billing.meter', (one) => one.event_name === eventName)[0];

/** Takes an event back, at most a day after it came. */
export function cancelEvent(account: Account, eventName: string, identifier: string): void {
  const { events } = ledgers(account);
  const index = events.findLastIndex((one) => one.identifier === identifier && one.eventName === eventName);
  const event = events[index];
  if (!event)
    throw invalid(`No meter event with identifier ${identifier} exists.`, 'cancel[identifier]', 'resource_missing');
  if (event.receivedAt <= account.now() - DAY)
    throw invalid('Events older than 24 hours cannot be cancelled.', 'cancel[identifier]');
  events.splice(index, 1);
}

/**
 * The meter's total over [from, to) in 10^-12 units. With a time window, what came last in an hour (or a day) is that
 * hour's whole value: absolute totals may be sent again.
 */
export function usageIn(account: Account, meter: Meter, customer: string, from: number, to: number): bigint {
  const own = ledgers(account).events.filter(
    (one) =>
      one.eventName === meter.event_name && one.customer === customer && one.timestamp >= from && one.timestamp < to,
  );
  const window = meter.event_time_window === 'day' ? DAY : meter.event_time_window === 'hour' ? HOUR : null;
  const counted = window ? [...new Map(own.map((one) => [Math.floor(one.timestamp / window), one])).values()] : own;
  const { formula } = meter.default_aggregation;
  if (formula === 'count') return units(counted.length);
  if (formula === 'last')
    return counted.reduce((last, one) => (one.timestamp >= last.timestamp ? one : last), { timestamp: -1, value: 0n })
      .value;
  return counted.reduce((sum, one) => sum + one.value, 0n);
}

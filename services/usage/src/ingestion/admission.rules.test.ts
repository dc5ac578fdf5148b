import type { UsageEvent } from '@tidegate/contracts/usage/event';
import fc from 'fast-check';
import { digestOf, eventKey } from '../kernel/event-identity.ts';
import { admit, millisecondsOf } from './admission.rules.ts';

const now = Date.parse('2026-03-31T12:00:00Z');
const org = '0197f0e0-0000-7000-8000-000000000001';
const anchor = '2026-01-31T10:00:00.000Z';
const shared = [{ from: anchor, anchor, months: 1 as const }];
const known = {
  meters: new Set(['api_calls']),
  times: new Map([[org, { periods: { shared, meters: {} }, zone: 'UTC' }]]),
};
const event = (given: Partial<UsageEvent> = {}): UsageEvent => ({
  id: '1',
  org,
  meter: 'api_calls',
  quantity: 1,
  at: '2026-03-31T11:00:00.000Z',
  source: 'gateway',
  ...given,
});

test('an event counts in the period in which it happened', () => {
  expect(admit(event(), known, now)).toMatchObject({ periodStart: Date.parse('2026-03-31T10:00:00Z') });
  expect(admit(event({ at: '2026-03-31T09:59:59.999Z' }), known, now)).toMatchObject({
    periodStart: Date.parse('2026-02-28T10:00:00Z'),
  });
});

test.each([
  ['too_old', { at: '2026-02-24T11:59:59.999Z' }],
  ['in_the_future', { at: '2026-03-31T12:05:00.001Z' }],
  ['unknown_meter', { meter: 'bananas' }],
  ['unknown_organisation', { org: '0197f0e0-0000-7000-8000-000000000002' }],
] as const)('%s events are refused', (code, given) => {
  expect(admit(event(given), known, now)).toMatchObject({ code });
});

test('events at the edges of the window are accepted', () => {
  for (const at of ['2026-02-24T12:00:00.000Z', '2026-03-31T12:05:00.000Z']) {
    expect(admit(event({ at }), known, now)).toHaveProperty('periodStart');
  }
});

test('identities are not confused by where source ends and id begins', () => {
  expect(eventKey('a-b', 'c')).not.toBe(eventKey('a', 'b-c'));
  const text = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, text, text, (source, id, otherSource, otherId) => {
      const same = source === otherSource && id === otherId;
      expect(eventKey(source, id) === eventKey(otherSource, otherId)).toBe(same);
    }),
  );
});

test('the digest tells another quantity and another meter apart, not another time', () => {
  expect(digestOf(event({ at: '2026-03-01T00:00:00.000Z' }))).toBe(digestOf(event()));
  expect(digestOf(event({ quantity: 2 }))).not.toBe(digestOf(event()));
  expect(digestOf(event({ meter: 'notifications' }))).not.toBe(digestOf(event()));
});

test('an instant is read as Date.parse reads it, on every day of the calendar', () => {
  for (let day = Date.UTC(2000, 0, 1); day < Date.UTC(2105, 0, 1); day += 86_400_000) {
    const at = new Date(day + (day % 86_399_999)).toISOString();
    if (millisecondsOf(at) !== Date.parse(at)) expect(`${at} ${millisecondsOf(at)}`).toBe(`${at} ${Date.parse(at)}`);
  }
  for (const at of ['1999-12-31T23:59:59.999Z', '2026-11-29T07:00:40Z', '2026-11-29T08:00:40.745+01:00', 'never']) {
    expect(millisecondsOf(at)).toBe(Date.parse(at));
  }
});
